import { describe, expect, test } from 'vitest';
import { ChatSocketClient, type ChatSocketOptions, isChatSocketError } from '../../src/index.js';
import { createTestClient } from '../../src/testing/index.js';

/** What making a client with these options throws. */
function refusal(options: unknown): unknown {
  try {
    // Callers without types hand in anything.
    new ChatSocketClient(options as ChatSocketOptions);
  } catch (error) {
    return error;
  }
  return null;
}

/** Options of a group, with one of them set. */
function nest(option: string, value: unknown): object {
  const [group, name] = option.split('.');
  return name === undefined ? { [option]: value } : { [group ?? '']: { [name]: value } };
}

const NOT_NUMBERS = ['5', null, {}, true, Number.NaN];

const NUMBERS: readonly (readonly [option: string, from: number, to: number, isWhole: boolean])[] = [
  ['reconnect.delayFirstMs', 0, 600_000, false],
  ['reconnect.delayMaxMs', 1_000, 600_000, false],
  ['reconnect.factor', 1, 10, false],
  ['reconnect.attemptsMax', 0, Number.POSITIVE_INFINITY, true],
  ['reconnect.stableAfterMs', 0, 600_000, false],
  ['reconnect.dialsPerMinuteMax', 1, 60, true],
  ['heartbeat.intervalMs', 1_000, Number.POSITIVE_INFINITY, false],
  ['heartbeat.timeoutMs', 100, 600_000, false],
  ['timeouts.tokenMs', 1, 600_000, false],
  ['timeouts.connectMs', 1, 600_000, false],
  ['timeouts.closeMs', 1, 600_000, false],
  ['outbox.messagesMax', 1, 100_000, true],
  ['outbox.bytesMax', 1, 1_000_000_000, true],
  ['outbox.inFlightMax', 1, 1_000, true],
  ['outbox.ackTimeoutMs', 1, 600_000, true],
  ['outbox.ratePerSecond', 1, Number.POSITIVE_INFINITY, false],
  ['outbox.contentLengthMax', 1, 1_000_000, true],
  ['inbox.historyMax', 1, 1_000_000, true],
  ['inbox.seenMax', 1, 1_000_000, true],
  ['inbox.reorderMax', 1, 1_000_000, true],
  ['inbox.gapWaitMs', 0, 60_000, false],
  ['inbox.gapFetchTimeoutMs', 1, 600_000, false],
  ['inbox.frameBytesMax', 1_024, 100_000_000, true],
  ['inbox.notifyIntervalMs', 0, 10_000, false],
];

describe('a number', () => {
  test.each(NUMBERS)('%s is taken from %d to %d, and nothing else', (option, ...[from, to, isWhole]) => {
    const wrong = [...NOT_NUMBERS, from - 1, -1, Number.NEGATIVE_INFINITY];
    if (to !== Number.POSITIVE_INFINITY) wrong.push(to + 1, Number.POSITIVE_INFINITY);
    if (isWhole) wrong.push(from + 0.5);

    for (const value of wrong) {
      const error = refusal({ url: 'wss://localhost/', ...nest(option, value) });
      expect(isChatSocketError(error, 'usage/invalid-option'), `${option} ${String(value)}`).toBe(true);
      expect(error).toMatchObject({ fields: { option } });
      expect(String(error)).toContain(`the option ${option} with the value`);
      expect(String(error)).toMatch(new RegExp(`number from ${from} to ${to}`));
    }
    for (const value of [from, to, undefined]) {
      expect(refusal({ url: 'wss://localhost/', ...nest(option, value) })).toBeNull();
    }
  });

  test('may not be smaller than the one that it has to reach', () => {
    const error = refusal({ url: 'wss://localhost/', reconnect: { delayFirstMs: 5_000, delayMaxMs: 4_000 } });

    expect(String(error)).toBe(
      'ChatSocketError: Cannot use the option reconnect.delayMaxMs with the value 4000: expected a number from 5000 to 600000.',
    );
    expect(refusal({ url: 'wss://localhost/', reconnect: { delayFirstMs: 60_000 } })).toBeNull();
  });
});

describe('another option', () => {
  test.each<[string, unknown, string]>([
    ['token', 'secret', 'with the value a string of 6 characters: expected a function.'],
    ['token', null, 'with the value null: expected a function.'],
    ['logger', console, 'with the value of type object: expected a function.'],
    ['shouldRetry', true, 'with the value true: expected a function.'],
    ['random', 0.5, 'with the value 0.5: expected a function.'],
    ['tabChannel', {}, 'with the value of type object: expected a function.'],
    ['conversationId', '', 'with the value a string of 0 characters: expected a string with something in it.'],
    ['conversationId', 7, 'with the value 7: expected a string with something in it.'],
    ['identity', '', 'with the value a string of 0 characters: expected a string with something in it.'],
    ['identity', {}, 'with the value of type object: expected a string with something in it.'],
    ['allowInsecure', 'yes', 'with the value a string of 3 characters: expected true or false.'],
    ['heartbeat.whenIdleOnly', 1, 'with the value 1: expected true or false.'],
    [
      'protocol',
      'envelope',
      'with the value a string of 8 characters: expected an object with decode(), encode(), readClose().',
    ],
    ['protocol', {}, 'with the value of type object: expected an object with decode(), encode(), readClose().'],
    ['transport', {}, 'with the value of type object: expected an object with open().'],
    ['transport', null, 'with the value null: expected an object with open().'],
    ['clock', Date, 'with the value of type function: expected an object with nowMs(), startTimer().'],
    ['ids', {}, 'with the value of type object: expected an object with messageId(), shortId().'],
    ['pageSignals', {}, 'with the value of type object: expected an object with isHidden(), isOnline(), subscribe().'],
    ['reconnect', null, 'with the value null: expected an object.'],
    ['outbox', 5, 'with the value 5: expected an object.'],
    [
      'reconnect.retries',
      5,
      'expected one of delayFirstMs, delayMaxMs, factor, attemptsMax, stableAfterMs, dialsPerMinuteMax.',
    ],
    ['heartbeat.interval', 5, 'expected one of intervalMs, timeoutMs, whenIdleOnly.'],
    [
      'inbox.history',
      5,
      'expected one of historyMax, seenMax, reorderMax, gapWaitMs, gapFetchTimeoutMs, frameBytesMax, notifyIntervalMs.',
    ],
  ])('%s is not %j', (option, value, words) => {
    const error = refusal({ url: 'wss://localhost/', ...nest(option, value) });

    expect(isChatSocketError(error, 'usage/invalid-option')).toBe(true);
    expect(error).toMatchObject({ fields: { option } });
    expect(String(error)).toContain(`Cannot use the option ${option}`);
    expect(String(error).endsWith(words), String(error)).toBe(true);
  });

  test('with a misspelt name is told, with the right ones', () => {
    expect(String(refusal({ url: 'wss://localhost/', tokens: () => '' }))).toMatchInlineSnapshot(
      `"ChatSocketError: Cannot use the option tokens: expected one of url, token, conversationId, protocol, transport, identity, reconnect, heartbeat, timeouts, outbox, inbox, logger, shouldRetry, diagnose, allowInsecure, clock, random, ids, http, pageSignals, tabChannel."`,
    );
  });

  test.each([undefined, null, 'wss://localhost/', 5])('there must be: options are not %j', (options) => {
    const error = refusal(options);

    expect(error).toMatchObject({ code: 'usage/invalid-option', fields: { option: 'options' } });
  });
});

describe('a URL', () => {
  test.each([
    [undefined, 'is no absolute URL'],
    ['', 'is no absolute URL'],
    ['/ws', 'is no absolute URL'],
    ['chat.example.com/ws', 'is no absolute URL'],
    ['//chat.example.com/ws', 'is no absolute URL'],
    [7, 'is no absolute URL'],
    [new URL('wss://chat.example.com/'), 'is no absolute URL'],
    ['wss://', 'is no absolute URL'],
    ['wss:///ws', 'is no absolute URL'],
    [' wss://chat.example.com/', 'is no absolute URL'],
    ['wss://chat.example.com/ ws', 'is no absolute URL'],
    ['javascript:alert(1)', 'is no absolute URL'],
    ['javascript://chat.example.com/%0aalert(1)', 'has the scheme javascript:'],
    ['http://chat.example.com/', 'has the scheme http:'],
    ['https://chat.example.com/', 'has the scheme https:'],
    ['file:///etc/passwd', 'is no absolute URL'],
    ['wss://user:secret@chat.example.com/', 'holds credentials'],
    ['wss://user@chat.example.com/', 'holds credentials'],
    ['wss://chat.example.com/#part', 'has a fragment'],
    ['wss://chat.example.com#', 'has a fragment'],
    ['wss://chat.example.com:0/', 'has no usable host and port'],
    ['wss://chat.example.com:65536/', 'has no usable host and port'],
    ['wss://chat.example.com:http/', 'has no usable host and port'],
    ['wss://:443/', 'has no usable host and port'],
    ['ws://chat.example.com/', 'uses ws: to another host'],
    ['WS://CHAT.EXAMPLE.COM/', 'uses ws: to another host'],
    ['ws://localhost.example.com/', 'uses ws: to another host'],
    ['ws://127.0.0.1.example.com/', 'uses ws: to another host'],
    ['ws://example.com/localhost', 'uses ws: to another host'],
    ['ws://example.com?localhost', 'uses ws: to another host'],
    ['ws://0.0.0.0/', 'uses ws: to another host'],
    ['ws://192.168.0.1/', 'uses ws: to another host'],
    ['ws://[2001:db8::1]/', 'uses ws: to another host'],
    ['ws://example.com\\.localhost/', 'is no absolute URL'],
    ['ws://example.com\t.localhost/', 'is no absolute URL'],
  ])('C4 is not %j', (url, words) => {
    const error = refusal({ url });

    expect(error).toMatchObject({ code: 'usage/invalid-option', fields: { option: 'url' } });
    expect(String(error)).toContain(`Cannot use the option url: it ${words}`);
  });

  test.each([
    'wss://chat.example.com',
    'wss://chat.example.com:8443/ws?room=1',
    'WSS://chat.example.com/',
    'ws://localhost/',
    'ws://localhost:5180/ws',
    'ws://127.0.0.1:8000/',
    'ws://[::1]:8000/',
    'ws://chat.localhost/',
  ])('C4 is %j', (url) => {
    expect(refusal({ url })).toBeNull();
  });

  test('C4 may be in the clear to another host only with allowInsecure', () => {
    expect(refusal({ url: 'ws://chat.example.com/', allowInsecure: true })).toBeNull();
    expect(refusal({ url: 'http://chat.example.com/', allowInsecure: true })).not.toBeNull();
  });

  test('UP-07 C4 of a function is read and checked on every dial', async () => {
    const urls = ['ws://chat.example.com/', 'ws://localhost/second', 'ws://localhost/third'];
    const asked: string[] = [];
    const { client, open, clock, transport, server } = createTestClient({
      client: {
        url: ({ reason }) => {
          asked.push(reason);
          return urls[asked.length - 1] ?? '';
        },
      },
    });
    const codes: string[] = [];
    client.on('error', ({ error }) => codes.push(error.code));
    await open();
    await clock.advance(1_000);
    server.connection.dropAbruptly();
    await clock.advance(2_000);

    expect(codes).toEqual(['usage/invalid-option']);
    expect(transport.connections.map(({ url }) => url)).toEqual(urls.slice(1));
    expect(asked).toEqual(['first', 'retry', 'retry']);
    client.dispose();
  });
});

test('UP-51 a client can be made where there is no page and no WebSocket, and does nothing by itself', () => {
  const client = new ChatSocketClient({ url: 'wss://chat.example.com/' });

  expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'initial' });
});
