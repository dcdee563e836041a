/** What the test kit does with options and arguments that it cannot work with: tests are often plain JavaScript. */

import {
  createTestClient,
  type MockServer,
  type MockServerOptions,
  manualClock,
  mockServer,
  mockTransport,
} from 'chatsocket/testing';
import { describe, expect, test } from 'vitest';
import { isChatSocketError } from '../../src/errors/chat-socket-error.js';

/** The code and the message of what is thrown, or what a promise is rejected with. */
async function faultOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return isChatSocketError(error) ? `${error.code}: ${error.message}` : `another error: ${String(error)}`;
  }
  return 'nothing was wrong';
}

/** As JavaScript has it. */
function loose<Value>(value: unknown): Value {
  // The types refuse what these tests are about.
  return value as Value;
}

describe('usage/invalid-option', () => {
  test.each([
    [
      'a mode in capitals',
      { mode: 'Auto' },
      'the option mode of mockServer with the value a text of 4 characters: expected one of manual, auto.',
    ],
    [
      'a dialect that is none',
      { dialect: 'v2' },
      'the option dialect of mockServer with the value a text of 2 characters: expected one of base, chatsocket.v1.',
    ],
    [
      'a misspelt name',
      { mod: 'auto' },
      'the option mod of mockServer: expected one of transport, mode, dialect, conversationId, userId, hello, clock.',
    ],
    [
      'a user without a name',
      { userId: '' },
      'the option userId of mockServer with the value a text of 0 characters: expected a text that is not empty, or a function.',
    ],
    [
      'a hello of text',
      { hello: 'hi' },
      'the option hello of mockServer with the value a text of 2 characters: expected an object.',
    ],
    [
      'no transport',
      { transport: undefined },
      'the option transport of mockServer: expected an object with onConnection(), nextConnection().',
    ],
  ])('is what mockServer throws for %s', async (_what, changes, fault) => {
    const options = loose<MockServerOptions>({ transport: mockTransport(), ...changes });

    expect(await faultOf(() => mockServer(options))).toBe(`usage/invalid-option: Cannot use ${fault}`);
  });

  test.each<[string, () => unknown, string]>([
    [
      'manualClock: a start that is no number',
      () => manualClock({ startMs: Number.NaN }),
      'startMs of manualClock with the value NaN: expected a number of milliseconds, 0 or more.',
    ],
    [
      'manualClock: a misspelt name',
      () => manualClock(loose({ start: 5 })),
      'start of manualClock: expected one of startMs.',
    ],
    [
      'mockTransport: a clock without timers',
      () => mockTransport(loose({ clock: {} })),
      'clock of mockTransport with the value of type object: expected an object with nowMs(), startTimer().',
    ],
    [
      'createTestClient: a misspelt name',
      () => createTestClient(loose({ sever: {} })),
      'sever of createTestClient: expected one of client, server, seed.',
    ],
    [
      'createTestClient: a mode of its server',
      () => createTestClient(loose({ server: { mode: 'Auto' } })),
      'mode of mockServer with the value a text of 4 characters: expected one of manual, auto.',
    ],
    [
      'createTestClient: a seed of NaN',
      () => createTestClient({ seed: Number.NaN }),
      'seed of createTestClient with the value NaN: expected a number, 0 or more.',
    ],
  ])('is what is thrown by %s', async (_what, make, fault) => {
    expect(await faultOf(make)).toBe(`usage/invalid-option: Cannot use the option ${fault}`);
  });
});

describe('usage/invalid-argument', () => {
  test.each<[string, (server: MockServer) => unknown, string]>([
    [
      'chunks of nothing',
      (server) => server.stream('abc', { chunk: 0 }),
      'stream({ chunk }) with 0: expected a whole number, 1 or more.',
    ],
    [
      'chunks of NaN',
      (server) => server.stream('abc', { chunk: Number.NaN }),
      'stream({ chunk }) with NaN: expected a whole number, 1 or more.',
    ],
    [
      'a misspelt option of a stream',
      (server) => server.stream('abc', loose({ chunks: 2 })),
      'stream({ chunks }): expected one of conversationId, senderId, inReplyTo, chunk, dropAt, duplicate.',
    ],
    [
      'an option that only a whole stream has',
      (server) => server.startStream(loose({ chunk: 2 })),
      'startStream({ chunk }): expected one of conversationId, senderId, inReplyTo.',
    ],
    ['a text that is none', (server) => server.emit(loose(5)), 'emit(content) with 5: expected a text.'],
    [
      'a misspelt option of a message',
      (server) => server.emit('a', loose({ lost: true })),
      'emit({ lost }): expected one of conversationId, senderId, role, inReplyTo, metadata, isLost.',
    ],
    [
      'a place that no message has',
      (server) => server.reorder(['a', 'b'], [2, 0]),
      'reorder(…, order) with a list of 2: expected a list of places from 0 to 1.',
    ],
    [
      'ids that are one',
      (server) => server.read(loose('id')),
      'read(ids) with a text of 2 characters: expected a list of texts.',
    ],
    ['an edit without words', (server) => server.edit('id', loose(undefined)), 'edit(…, content): expected a text.'],
    [
      'no numbers to skip',
      (server) => server.skipSeq(Number.NaN),
      'skipSeq(count) with NaN: expected a whole number, 0 or more.',
    ],
    [
      'a cut before nothing',
      (server) => server.cutBefore(-1),
      'cutBefore(seq) with -1: expected a whole number, 0 or more.',
    ],
    [
      'a start of no number',
      (server) => server.replay(loose('1')),
      'replay(fromSeq) with a text of 1 characters: expected a whole number, 0 or more.',
    ],
    [
      'a negative count',
      (server) => server.ignore('ping', -1),
      'ignore(…, count) with -1: expected a whole number, 0 or more.',
    ],
    [
      'a pause that is text',
      (server) => server.nack('RATE_LIMIT', loose({ retryAfterMs: '5' })),
      'nack({ retryAfterMs }) with a text of 1 characters: expected a number.',
    ],
    [
      'typing of no kind',
      (server) => server.setTyping(loose('no')),
      'setTyping(isTyping) with a text of 2 characters: expected true or false.',
    ],
    [
      'half a copy',
      (server) => server.startStream().write('a', { copies: 0.5 }),
      'write({ copies }) with 0.5: expected a whole number, 0 or more.',
    ],
    [
      'an end of no kind',
      (server) => server.startStream().end(loose('finished')),
      'end(status) with a text of 8 characters: expected one of done, stopped, failed.',
    ],
    [
      'a wait that is no time',
      (server) => server.readyNext({ withinMs: Number.NaN }),
      'nextConnection({ withinMs }) with NaN: expected a number of milliseconds, 0 or more.',
    ],
  ])('is what a mock server throws for %s, and nothing is in its log', async (_what, tell, fault) => {
    const server = mockServer({ transport: mockTransport(), mode: 'auto' });

    const seen = await faultOf(() => tell(server));

    expect(seen).toBe(`usage/invalid-argument: Cannot call ${fault}`);
    expect(server.log.filter(({ isStreaming }) => !isStreaming)).toEqual([]);
  });

  test.each<[string, (clock: ReturnType<typeof manualClock>) => unknown, string]>([
    [
      'text',
      (clock) => clock.advance(loose('5')),
      'advance(ms) with a text of 1 characters: expected a number of milliseconds, 0 or more.',
    ],
    [
      'NaN',
      (clock) => clock.advance(Number.NaN),
      'advance(ms) with NaN: expected a number of milliseconds, 0 or more.',
    ],
    [
      'time without end',
      (clock) => clock.advance(Number.POSITIVE_INFINITY),
      'advance(ms) with Infinity: expected a number of milliseconds, 0 or more.',
    ],
    [
      'time backwards',
      (clock) => clock.advanceNow(-1),
      'advanceNow(ms) with -1: expected a number of milliseconds, 0 or more.',
    ],
    ['a past point', (clock) => clock.advanceTo(6), 'advanceTo(atMs) with 6: expected a time from 7 on.'],
    [
      'sleep as text',
      (clock) => clock.sleep(loose('5')),
      'sleep(ms) with a text of 1 characters: expected a number of milliseconds, 0 or more.',
    ],
    [
      'a throttle of 0',
      (clock) => clock.throttleTimers(0),
      'throttleTimers(everyMs) with 0: expected a number, 1 or more, or null.',
    ],
    [
      'no timers at all',
      (clock) => clock.runAll({ timersMax: Number.NaN }),
      'runAll({ timersMax }) with NaN: expected a whole number, 1 or more.',
    ],
  ])('is what a manual clock throws for %s, and time stands still', async (_what, move, fault) => {
    const clock = manualClock({ startMs: 7 });

    const seen = await faultOf(() => move(clock));

    expect(seen).toBe(`usage/invalid-argument: Cannot call ${fault}`);
    expect(clock.nowMs()).toBe(7);
  });
});
