/** What the caller of the kit gets wrong is the caller's, and no server is blamed for it. */

import {
  type ConformanceOptions,
  ConformanceSetupError,
  conformance,
  conformanceChecks,
  manualClock,
  webSocketConnect,
} from 'chatsocket/testing';
import { describe, expect, test } from 'vitest';
import { EngineServer } from './support/engine-server.js';
import type { Sabotage } from './support/sabotage.js';

async function startServer(sabotage: Partial<Sabotage> = {}): Promise<EngineServer> {
  const server = new EngineServer(manualClock(), sabotage);
  await server.start();
  return server;
}

/** Options as JavaScript may have them. */
function loosely(options: ConformanceOptions, changes: object): ConformanceOptions {
  // The types refuse what these tests are about.
  return { ...options, ...changes } as ConformanceOptions;
}

async function setupFault(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  if (outcome instanceof ConformanceSetupError) return outcome.message;
  throw new Error(`expected a ConformanceSetupError and got ${String(outcome)}`);
}

const clauses = 'DS-5, SV-1, SV-2, SV-3, SV-4, SV-5, SV-6, SV-7, SV-8, RX-3, RX-4';
const timeout = 'a number from 1 to 2147483647';
const hookNames = 'restart, crashAfterStore, advanceClock, deleteMessage, editMessage, cutRetention';
const optionNames = 'connect, conversation, users, hooks, clauses, timeouts, clock, messageId';

describe('an option that cannot be used', () => {
  test.each([
    [
      'equal users',
      { users: ['a', 'a'] },
      'users with the value a list of 2: expected a list of two users that differ',
    ],
    [
      'three users',
      { users: ['a', 'b', 'c'] },
      'users with the value a list of 3: expected a list of two users that differ',
    ],
    [
      'a text of users',
      { users: 'ab' },
      'users with the value a text of 2 characters: expected a list of two users that differ',
    ],
    [
      'a user without a name',
      { users: ['a', ''] },
      'users with the value a list of 2: expected a list of two users that differ',
    ],
    [
      'a clause that is none',
      { clauses: ['SV-1', 'XX-9'] },
      `clauses with the value a list of 2: expected a list of one or more of ${clauses}`,
    ],
    [
      'no clause at all',
      { clauses: [] },
      `clauses with the value a list of 0: expected a list of one or more of ${clauses}`,
    ],
    [
      'a clause without its list',
      { clauses: 'SV-1' },
      `clauses with the value a text of 4 characters: expected a list of one or more of ${clauses}`,
    ],
    ['a misspelt option', { hook: {} }, `hook: expected one of ${optionNames}`],
    ['a misspelt hook', { hooks: { restrat() {} } }, `hooks.restrat: expected one of ${hookNames}`],
    [
      'a hook that is no function',
      { hooks: { restart: true } },
      'hooks.restart with the value true: expected a function',
    ],
    ['a list of hooks', { hooks: [] }, 'hooks with the value a list of 0: expected an object'],
    [
      'a misspelt timeout',
      { timeouts: { answer: 5 } },
      'timeouts.answer: expected one of answerMs, quietMs, hookMs, checkMs',
    ],
    [
      'a timeout of NaN',
      { timeouts: { quietMs: Number.NaN } },
      'timeouts.quietMs with the value NaN: expected a number from 0 to 2147483647',
    ],
    ['a negative timeout', { timeouts: { answerMs: -5 } }, `timeouts.answerMs with the value -5: expected ${timeout}`],
    [
      'an endless timeout',
      { timeouts: { checkMs: Number.POSITIVE_INFINITY } },
      `timeouts.checkMs with the value Infinity: expected ${timeout}`,
    ],
    ['no connect', { connect: undefined }, 'connect: expected a function'],
    ['no conversation', { conversation: undefined }, 'conversation: expected a function, or the id of a conversation'],
    [
      'a conversation without an id',
      { conversation: '' },
      'conversation with the value a text of 0 characters: expected a function, or the id of a conversation',
    ],
    [
      'a clock without timers',
      { clock: { nowMs: Date.now } },
      'clock with the value of type object: expected an object with nowMs(), startTimer()',
    ],
    [
      'an id for all messages',
      { messageId: 'one' },
      'messageId with the value a text of 3 characters: expected a function',
    ],
  ])('is refused before anybody connects: %s', async (_what, changes, fault) => {
    const server = await startServer();
    let connectCount = 0;
    const counted: ConformanceOptions = {
      ...server.options,
      connect: (request) => {
        connectCount += 1;
        return server.options.connect(request);
      },
    };

    const ofAll = await setupFault(conformance(loosely(counted, changes)));
    const ofOne = await setupFault(conformanceChecks[0]?.run(loosely(counted, changes)) ?? Promise.resolve());

    expect(ofAll).toBe(`Cannot use the option ${fault}.`);
    expect(ofOne).toBe(ofAll);
    expect(connectCount).toBe(0);
  });

  test('is refused by webSocketConnect at once', () => {
    const url = 'ws://127.0.0.1:1';
    const connectWith = (options: object) => () => {
      // The types refuse what this test is about.
      webSocketConnect(options as Parameters<typeof webSocketConnect>[0]);
    };

    expect(connectWith({ url, tokn: () => 'secret' })).toThrow(
      'Cannot use the option tokn: expected one of url, token, subprotocols, webSocket.',
    );
    expect(connectWith({ url, token: 'secret' })).toThrow(
      'Cannot use the option token with the value a text of 6 characters: expected a function.',
    );
    expect(connectWith({})).toThrow(ConformanceSetupError);
  });

  test('is none where it is left undefined, or where hooks live in an object with a state of its own', async () => {
    const server = await startServer();
    const hooks = { ...server.options.hooks, process: { pid: 7 } };

    const report = await conformance(
      loosely(server.options, { hooks, users: undefined, timeouts: { answerMs: undefined }, clauses: ['SV-3'] }),
    );

    expect(report.clauses.map(({ verdict }) => verdict)).toEqual(['kept']);
  });
});

describe('a function that gives what cannot be used', () => {
  test.each([
    ['a number', () => 5, '`conversation` gave number and no id of a conversation.'],
    ['nothing', () => undefined, '`conversation` gave undefined and no id of a conversation.'],
    ['an empty text', async () => '', '`conversation` gave an empty text and no id of a conversation.'],
  ])('is told of where `conversation` gives %s', async (_what, conversation, fault) => {
    const server = await startServer();

    const message = await setupFault(conformance(loosely(server.options, { conversation, clauses: ['SV-1'] })));

    expect(message).toContain(fault);
    expect(server.connectionCount).toBe(0);
  });

  test.each([
    ['the same id again', () => 'same', '`messageId` gave same twice; each id has to be a new one.'],
    ['no text', () => 7, '`messageId` gave number and no id.'],
    ['an empty text', () => '', '`messageId` gave an empty text and no id.'],
  ])('is told of where `messageId` gives %s', async (_what, messageId, fault) => {
    const server = await startServer();

    const message = await setupFault(conformance(loosely(server.options, { messageId, clauses: ['SV-6'] })));

    expect(message).toContain(fault);
    expect(server.connectionCount).toBe(0);
  });

  test('is told of where `messageId` throws', async () => {
    const server = await startServer();
    const messageId = () => {
      throw new Error('no dice');
    };

    const message = await setupFault(conformance({ ...server.options, messageId }));

    expect(message).toContain('`messageId` failed: no dice');
  });

  test('is told of where an id of one check comes again in another', async () => {
    const server = await startServer();
    let count = 0;
    const messageId = () => {
      count += 1;
      return `id-${count % 20}`;
    };

    const message = await setupFault(conformance({ ...server.options, messageId }));

    expect(message).toMatch(/`messageId` gave id-\d+ twice; each id has to be a new one\.$/);
  });

  test.each([[undefined], [{ send() {} }], [{ close() {} }]])('is told of where `connect` gives %s', async (given) => {
    const server = await startServer();

    const message = await setupFault(conformance(loosely(server.options, { connect: () => given })));

    expect(message).toContain('`connect` gave no connection, an object with send() and close().');
  });
});

describe('users that the server takes for others', () => {
  /** A server whose hello names somebody else than was asked for. */
  function nameUsers(nameOf: (connectionId: string) => string): Promise<EngineServer> {
    return startServer({
      begin: () => ({
        tell: ({ connectionId, frame }) => {
          if (frame.type !== 'connected') return [frame];
          return [{ ...frame, payload: { ...frame.payload, userId: nameOf(connectionId) } }];
        },
      }),
    });
  }

  test('SV-1 are the mistake of `connect` where two of them are one', async () => {
    const server = await nameUsers(() => 'guest');

    const message = await setupFault(conformance(server.options));

    expect(message).toContain(
      'The server takes ada and bob for one user, as `userId` of its hello says; see `connect`.',
    );
    expect(server.connectionCount).toBe(0);
  });

  test('SV-2 are the mistake of `connect` where each connection is somebody else', async () => {
    const server = await nameUsers((connectionId) => `guest of ${connectionId}`);

    const message = await setupFault(conformance(server.options));

    expect(message).toContain('The server takes ada for two users, as `userId` of its hello says; see `connect`.');
    expect(server.connectionCount).toBe(0);
  });
});
