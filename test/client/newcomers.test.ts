/** What people run into in their first hour with a client. */

import { describe, expect, test, vi } from 'vitest';
import { ChatSocketClient, isChatSocketError } from '../../src/index.js';
import { createTestClient, mockTransport } from '../../src/testing/index.js';
import { webSocketTransport } from '../../src/transports/index.js';
import { EVENT_NAMES } from './chat-log.js';

function withoutConversation(): ChatSocketClient {
  return new ChatSocketClient({ url: 'ws://127.0.0.1:9/', transport: mockTransport() });
}

function disposed(): ChatSocketClient {
  const { client } = createTestClient();
  client.dispose();
  return client;
}

/** What a call throws; null if it does not. */
function caught(call: () => unknown): unknown {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return null;
}

describe('a message that is too big for the server', () => {
  test('F30 fails alone by what it weighs with its metadata, and those beside it go out', async () => {
    const { client, server, clock } = createTestClient({ server: { mode: 'manual' } });
    client.connect();
    await server.readyNext();
    const big = client.send('big', { metadata: { attachment: 'y'.repeat(50_000) } });
    const beside = [client.send('a longer text than that of the big one'), client.send('another longer text')];
    const failure = big.acked.catch((error: unknown) => error);
    await clock.advance(10);

    server.connection.close(1009, 'too big');
    await clock.advance(2_000);
    await server.readyNext();
    await clock.advance(1_000);

    expect(isChatSocketError(await failure, 'delivery/too-big')).toBe(true);
    expect(beside.map(({ status }) => status)).toEqual(['sending', 'sending']);
    client.dispose();
  });

  test('DS-1 is refused at once when its metadata alone would overfill the outbox', () => {
    const { client } = createTestClient({ client: { outbox: { bytesMax: 1_000 } } });

    const send = () => client.send('x', { metadata: 'y'.repeat(1_000) });

    expect(send).toThrow(/outbox holds/);
    expect(client.outbox.list()).toEqual([]);
  });
});

describe('a platform without a WebSocket', () => {
  test('UP-51 stops the client at once and says what to do', async () => {
    vi.stubGlobal('WebSocket', undefined);
    const client = new ChatSocketClient({ url: 'ws://127.0.0.1:9/', transport: webSocketTransport() });
    const errors: string[] = [];
    client.on('error', ({ error }) => errors.push(error.message));

    client.connect();
    const failure = await client.whenOpen().catch((error: unknown) => error);

    expect(isChatSocketError(failure, 'connection/stopped')).toBe(true);
    expect(errors).toEqual([expect.stringContaining('this platform has no WebSocket')]);
    expect(client.snapshot.connection).toMatchObject({ status: 'closed', cause: { kind: 'dial-failed' } });
    client.dispose();
    vi.unstubAllGlobals();
  });
});

describe('misuse', () => {
  test('loading older messages without a connection rejects instead of saying there are none', async () => {
    const { client } = createTestClient();

    const failure = await client.loadOlder().catch((error: unknown) => error);

    expect(isChatSocketError(failure, 'connection/lost')).toBe(true);
  });

  test('a conversation id that no server takes is refused, and the client goes on', async () => {
    const { client, open } = createTestClient();

    expect(() => client.conversation('z'.repeat(201))).toThrow(/1 to 200 characters/);
    await open();

    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '5'])(
    'a close that drains for %s ms is refused',
    async (drainMs) => {
      const { client } = createTestClient();

      // JavaScript callers hand in anything.
      const failure = await client.close({ drainMs: drainMs as number }).catch((error: unknown) => error);

      expect(isChatSocketError(failure, 'usage/invalid-argument')).toBe(true);
    },
  );

  const wrongCalls: readonly [call: string, make: (client: ChatSocketClient) => unknown, told: string][] = [
    ['messages(null)', (client) => client.messages(null as never), 'the options are no object'],
    ['messages({ signal: 5 })', (client) => client.messages({ signal: 5 as never }), 'signal is no AbortSignal'],
    [
      'messages({ bufferMaxx: 1 })',
      (client) => client.messages({ bufferMaxx: 1 } as never),
      'the options have no bufferMaxx, only bufferMax, signal',
    ],
    ['loadOlder(null)', (client) => client.loadOlder(null as never), 'the options are no object'],
    ['loadOlder({ limit: 0 })', (client) => client.loadOlder({ limit: 0 }), 'limit is 0'],
    ['close(null)', (client) => client.close(null as never), 'the options are no object'],
    [
      "send('Hello', { metdata: 5 })",
      (client) => client.send('Hello', { metdata: 5 } as never),
      'the options have no metdata, only metadata, inReplyTo, ttlMs, signal',
    ],
    ['subscribe()', (client) => client.subscribe(undefined as never), 'the listener is of type undefined'],
    ['stopStream(event)', (client) => client.stopStream({ type: 'click' } as never), 'the id is of type object'],
    ['markRead(5)', (client) => client.markRead(5 as never), 'the id is of type number'],
    ['whenOpen(null)', (client) => client.whenOpen(null as never), 'the options are no object'],
    ['whenOpen({ signal: {} })', (client) => client.whenOpen({ signal: {} as never }), 'signal is no AbortSignal'],
  ];

  // JavaScript callers hand in anything.
  test.each(wrongCalls)('%s is refused with what is wrong', async (_call, make, told) => {
    const { client } = createTestClient();

    const failure = await Promise.resolve()
      .then(() => make(client))
      .catch((error: unknown) => error);

    expect(isChatSocketError(failure, 'usage/invalid-argument')).toBe(true);
    expect(String(failure)).toContain(told);
    client.dispose();
  });

  // JavaScript callers hand in anything.
  const failing: readonly [call: string, code: string, make: (client: ChatSocketClient) => Promise<unknown>][] = [
    ['close(null)', 'usage/invalid-argument', (client) => client.close(null as never)],
    ['whenOpen(null)', 'usage/invalid-argument', (client) => client.whenOpen(null as never)],
    ['loadOlder(null)', 'usage/invalid-argument', (client) => client.loadOlder(null as never)],
    ['loadOlder({ limit: 0 })', 'usage/invalid-argument', (client) => client.loadOlder({ limit: 0 })],
    [
      'conversation.loadOlder({ limit: 0 })',
      'usage/invalid-argument',
      (client) => client.conversation('42').loadOlder({ limit: 0 }),
    ],
    ['loadOlder() without a conversation', 'usage/no-conversation', () => withoutConversation().loadOlder()],
    ['loadOlder() of a disposed client', 'usage/disposed', () => disposed().loadOlder()],
    ['logout() of a disposed client', 'usage/disposed', () => disposed().logout()],
    ['whenOpen() of a disposed client', 'connection/closed', () => disposed().whenOpen()],
  ];

  test.each(failing)('%s rejects with %s and does not throw', async (_call, code, make) => {
    const { client } = createTestClient();

    const promise = make(client);

    await expect(promise).rejects.toMatchObject({ code });
    client.dispose();
  });

  test('a listener that is no function is refused when it is given', () => {
    const { client } = createTestClient();

    // JavaScript callers hand in anything.
    expect(() => client.on('opened', 5 as never)).toThrow(/expected a function/);
    expect(() => client.conversation('42').on('opened', 5 as never)).toThrow(/expected a function/);
  });

  // JavaScript callers hand in anything.
  const misspelt = 'mesage-received' as 'message-received';

  test.each<[call: string, make: (client: ChatSocketClient) => unknown]>([
    ['on', (client) => client.on(misspelt, () => {})],
    ['once', (client) => client.once(misspelt, () => {})],
    ['off', (client) => client.off(misspelt, () => {})],
    ['conversation.on', (client) => client.conversation('42').on(misspelt, () => {})],
    ['on with the name of a method', (client) => client.on('toString' as 'opened', () => {})],
  ])('%s of an event that does not exist is refused with the names of those that do', (_call, make) => {
    const { client } = createTestClient();

    const failure = caught(() => make(client));

    expect(isChatSocketError(failure, 'usage/invalid-argument')).toBe(true);
    for (const name of EVENT_NAMES) expect(String(failure)).toContain(name);
    client.dispose();
  });

  test('a client made of nothing says what it needs', () => {
    // JavaScript callers hand in anything.
    expect(() => new ChatSocketClient(undefined as never)).toThrow(/Cannot use the option options: expected/);
  });

  test('F50 C2 a token with its scheme before it is refused in words that fit and do not repeat it', async () => {
    const { client, open } = createTestClient({ client: { token: () => 'Bearer abc' } });
    const errors: string[] = [];
    client.on('error', ({ error }) => errors.push(error.message));

    await open();

    expect(errors).toEqual([
      'Cannot use the token: it holds a blank; give the token alone, without a scheme such as Bearer. Check the token provider.',
    ]);
    client.dispose();
  });

  test('F47 a token provider that is silent is told as an error, try after try', async () => {
    const { client, clock } = createTestClient({ client: { token: () => new Promise<string>(() => {}) } });
    const codes: string[] = [];
    client.on('error', ({ error }) => codes.push(error.code));

    client.connect();
    await clock.advance(10_001);

    expect(codes).toEqual(['token/timed-out']);
    client.dispose();
  });
});
