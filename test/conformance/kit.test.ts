/** How the kit behaves when it is given little, or when what it is given does not work. */

import {
  type ConformanceConnect,
  type ConformanceOptions,
  ConformanceSetupError,
  conformance,
  conformanceChecks,
  type ManualClock,
  manualClock,
} from 'chatsocket/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { EngineServer } from './support/engine-server.js';
import type { Sabotage } from './support/sabotage.js';

let clock: ManualClock;

beforeEach(() => {
  clock = manualClock();
});

async function startServer(sabotage: Partial<Sabotage> = {}): Promise<EngineServer> {
  const server = new EngineServer(clock, sabotage);
  await server.start();
  return server;
}

/** Connections that nobody at the other end cares for. */
function deafOptions(connect: ConformanceConnect): ConformanceOptions {
  return { connect, conversation: 'lobby', clock, timeouts: { answerMs: 1_000 } };
}

async function rejection(work: Promise<unknown>): Promise<Error> {
  const outcome = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('expected a rejection with an error');
}

/** No timer of the kit is left: the longest is a minute. */
async function expectNoTimers(): Promise<void> {
  await clock.advance(100);
  expect(clock.pendingTimers()).toEqual([]);
}

describe('without hooks', () => {
  test('what needs one is not checked, and says which', async () => {
    const server = await startServer();

    const { hooks: _none, ...options } = server.options;
    const report = await conformance(options);

    const evidence = Object.fromEntries(report.notChecked.map((clause) => [clause.clause, clause.evidence]));
    expect(report.broken).toEqual([]);
    expect(evidence).toMatchInlineSnapshot(`
      {
        "DS-5": "Give \`hooks.restart\` to have it checked.",
        "RX-4": "Give \`hooks.restart\` to have it checked. Give \`hooks.cutRetention\` to have it checked.",
        "SV-4": "Give \`hooks.restart\` to have it checked. Give \`hooks.crashAfterStore\` to have it checked.",
        "SV-5": "Give \`hooks.advanceClock\` to have it checked.",
        "SV-7": "Give \`hooks.deleteMessage\` to have it checked. Give \`hooks.editMessage\` to have it checked.",
      }
    `);
  });

  test('each finding that needs none is kept', async () => {
    const server = await startServer();
    const { hooks: _none, ...options } = server.options;

    const report = await conformance(options);

    const wrong = report.findings.filter(({ title, verdict }) => {
      const needs = conformanceChecks.find((check) => check.title === title)?.needs ?? [];
      return verdict !== (needs.length === 0 ? 'kept' : 'not checked');
    });
    expect(wrong).toEqual([]);
  });
});

describe('the options', () => {
  test('one conversation for all checks is enough for all but the one that needs two', async () => {
    const server = await startServer();
    const { conversation } = server.options;
    const shared = typeof conversation === 'string' ? conversation : await conversation({ users: ['ada', 'bob'] });

    const report = await conformance({ ...server.options, conversation: shared });

    const notKept = report.findings.filter(({ verdict }) => verdict !== 'kept');
    expect(notKept.map(({ title, evidence }) => `${title}: ${evidence}`)).toEqual([
      'takes a message under an id of another conversation: Needs two conversations: give `conversation` as a function that makes one.',
    ]);
  });

  test('`clauses` leaves the others out of the report', async () => {
    const server = await startServer();

    const report = await conformance({ ...server.options, clauses: ['RX-3', 'SV-3'] });

    expect(report.clauses.map(({ clause }) => clause)).toEqual(['SV-3', 'RX-3']);
  });

  test('the summary tells each clause with its evidence', async () => {
    const server = await startServer();

    const { summary } = await conformance({ ...server.options, hooks: {}, clauses: ['SV-3', 'SV-5'] });

    expect(summary).toMatchInlineSnapshot(`
      "KEPT        SV-3  Other content under a used id is refused for good
                        Other content under a used id was refused with ID_CONFLICT, and the log kept the first.
      NOT CHECKED SV-5  Repeats are recognised for as long as is announced, 48 hours at least
                        Give \`hooks.advanceClock\` to have it checked."
    `);
  });
});

describe('a server that keeps the clauses in its own way', () => {
  test('may want its clients slow', async () => {
    const server = await startServer({ limits: { messagesPerSecond: 2, framesPerSecond: 4, pagesPerSecond: 1 } });

    const report = await conformance(server.options);

    expect(report.broken, report.summary).toEqual([]);
    await expectNoTimers();
  });

  test('may send batches, and what the kit has never heard of', async () => {
    const server = await startServer({
      spell: (frame) => [JSON.stringify([{ type: 'weather', payload: 'fine' }, frame]), 'no JSON', '[3]', '{"type":7}'],
    });

    const report = await conformance(server.options);

    const verdicts = new Set(report.clauses.map(({ verdict }) => verdict));
    expect([...verdicts], report.summary).toEqual(['kept']);
  });

  test('SV-6 may keep no order of producers, and then nothing is said about it', async () => {
    const server = await startServer({
      begin: () => ({
        tell: ({ frame }) => [{ ...frame, payload: { ...frame.payload, producerOrder: false } }],
        receive({ frame, pass }) {
          const { producer: _unseen, ...payload } = frame.payload;
          pass({ ...frame, payload });
        },
      }),
    });

    const report = await conformance(server.options);

    expect(report.broken, report.summary).toEqual([]);
    expect(report.notChecked.map(({ clause }) => clause)).toEqual(['SV-6']);
  });
});

describe('the kit cannot begin', () => {
  test('where `connect` rejects', async () => {
    const cause = new Error('nobody is at home');
    const connect: ConformanceConnect = ({ onClose }) => {
      onClose();
      return Promise.reject(cause);
    };

    const error = await rejection(conformance(deafOptions(connect)));

    expect(error).toBeInstanceOf(ConformanceSetupError);
    expect(error.message).toBe(
      'SV-1 "takes a message under an id that is another user\'s": conformance-1 could not connect: nobody is at home',
    );
    expect(error.cause).toBe(cause);
    await expectNoTimers();
  });

  test('where nothing is ever said, and then it hangs up', async () => {
    let openCount = 0;
    const connect: ConformanceConnect = () => {
      openCount += 1;
      return {
        send: () => {},
        close: () => {
          openCount -= 1;
        },
      };
    };

    const error = await rejection(conformance(deafOptions(connect)));

    expect(error.message).toContain('Waited 1000 ms in vain for the hello `connected`. The server said nothing.');
    expect(openCount).toBe(0);
    await expectNoTimers();
  });

  test('where the connection comes too late, which is closed when it comes', async () => {
    const closed: string[] = [];
    const connect: ConformanceConnect = ({ user }) => {
      return new Promise((resolve) => {
        clock.startTimer(() => resolve({ send: () => {}, close: () => void closed.push(user) }), 2_000);
      });
    };

    const error = await rejection(conformance(deafOptions(connect)));
    expect(closed).toEqual([]);
    await clock.advance(2_000);

    expect(error.message).toContain('Waited 1000 ms in vain for a connection.');
    expect(closed).toEqual(['conformance-1']);
  });

  test('where the server refuses the token, and says so', async () => {
    const connect: ConformanceConnect = ({ onText, onClose }) => {
      onText(JSON.stringify({ type: 'error', payload: { code: 'INVALID_TOKEN', message: 'No.' } }));
      onClose();
      return { send: () => {}, close: () => {} };
    };

    const error = await rejection(conformance(deafOptions(connect)));

    expect(error.message).toContain('The last that it said: error INVALID_TOKEN.');
  });

  test('where the server does not announce the extension', async () => {
    const server = await startServer({
      begin: () => ({
        tell: ({ frame }) => [{ ...frame, payload: { userId: frame.payload['userId'] } }],
      }),
    });

    const error = await rejection(conformance(server.options));

    expect(error.message).toContain('The hello does not say `protocol: "chatsocket.v1"`');
  });

  test('where a hook fails, and names it', async () => {
    const server = await startServer();
    const hooks = { restart: () => Promise.reject(new Error('no such container')) };

    const error = await rejection(conformance({ ...server.options, hooks }));

    expect(error).toBeInstanceOf(ConformanceSetupError);
    expect(error.message).toBe('DS-5 "keeps what it has acknowledged": `hooks.restart` failed: no such container');
    expect(server.connectionCount).toBe(0);
  });

  test('where a hook is never done', async () => {
    const server = await startServer();
    const hooks = { restart: () => new Promise<void>(() => {}) };

    const error = await rejection(conformance({ ...server.options, hooks, timeouts: { hookMs: 3_000 } }));

    expect(error.message).toContain('`hooks.restart` was not done after 3000 ms.');
    await expectNoTimers();
  });
});

describe('a check', () => {
  test('is broken where the server hangs up in the middle', async () => {
    const server = await startServer({
      begin: () => ({
        receive({ frame, pass, hangUp }) {
          if (frame.type === 'send_message') hangUp();
          else pass(frame);
        },
      }),
    });

    const report = await conformance({ ...server.options, clauses: ['DS-5'], hooks: {} });

    expect(report.broken.map(({ evidence }) => evidence)).toEqual([
      'The connection ended before the answer `ack` to send_message came. The last that it said: connected, conversation_history.',
    ]);
  });

  test('is broken where the server stays silent', async () => {
    const server = await startServer({
      begin: () => ({
        receive({ frame, pass }) {
          if (frame.type !== 'send_message') pass(frame);
        },
      }),
    });

    const report = await conformance({ ...server.options, clauses: ['DS-5'], hooks: {} });

    expect(report.broken[0]?.evidence).toContain('Waited 5000 ms in vain for the answer `ack` to send_message.');
    expect(server.connectionCount).toBe(0);
    await expectNoTimers();
  });

  test('is over by its deadline, for which its hooks do not count', async () => {
    const server = await startServer();
    const { hooks = {} } = server.options;
    const slowRestart = async () => {
      await new Promise<void>((resolve) => void clock.startTimer(resolve, 9_000));
      await hooks.restart?.();
    };
    const options = { ...server.options, clauses: ['DS-5'] as const, hooks: { restart: slowRestart } };

    const inTime = await conformance({ ...options, timeouts: { checkMs: 2_000 } });
    const late = await conformance({ ...options, timeouts: { checkMs: 100 } });

    expect(inTime.broken, inTime.summary).toEqual([]);
    expect(late.broken[0]?.evidence).toContain('The check was not over after 100 ms.');
    expect(server.connectionCount).toBe(0);
  });
});
