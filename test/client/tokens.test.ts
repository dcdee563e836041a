import { envelopeProtocol } from 'chatsocket/protocols';
import { describe, expect, test } from 'vitest';
import { isChatSocketError, StopConnecting } from '../../src/index.js';
import type { TokenRequest, TokenSource } from '../../src/ports/token-source.js';
import { createTestClient, expectDials } from '../../src/testing/index.js';
import { listen, stepOf, watchEvents } from './chat-log.js';

const RETRY_MS = 60_000;

/** A provider that remembers what it was asked. */
function recordRequests(answer: (count: number) => ReturnType<TokenSource>) {
  const requests: TokenRequest[] = [];
  const token: TokenSource = (request) => {
    requests.push(request);
    return answer(requests.length);
  };
  return { token, requests };
}

const never = () => new Promise<never>(() => {});

describe('every dial', () => {
  test('UP-07 CN-2 gets a token of its own, whatever led to it, and tells the provider why', async () => {
    const { token, requests } = recordRequests((count) => `token-${count}`);
    const { client, server, open, transport, clock, pageSignals } = createTestClient({ client: { token } });
    await open();
    await clock.advance(11_000);

    server.connection.dropAbruptly();
    await clock.advance(RETRY_MS);
    client.reconnect();
    await clock.advance(11_000);
    server.expireToken();
    await clock.advance(1_000);
    client.close();
    await clock.advance(0);
    client.connect();
    await clock.advance(11_000);
    server.connection.dropAbruptly();
    await clock.advance(0);
    pageSignals.focus();
    await clock.advance(RETRY_MS);

    expect(requests.map(({ reason }) => reason)).toEqual(['first', 'retry', 'manual', 'auth-failed', 'first', 'wake']);
    expect(transport.tokens).toEqual(requests.map((_, index) => `token-${index + 1}`));
    expect(requests[1]).toMatchObject({ attempt: 1, lastClose: { kind: 'socket-closed', code: 1006 } });
    expect(requests[3]).toMatchObject({ lastClose: { code: 4401, action: 'renew-token' } });
    client.dispose();
  });

  test('UP-07 asks for a fresh token when the device comes online', async () => {
    const { token, requests } = recordRequests((count) => `token-${count}`);
    const { server, open, client, clock, pageSignals, transport } = createTestClient({
      client: { token, reconnect: { delayFirstMs: 600_000, delayMaxMs: 600_000 } },
    });
    await open();
    server.connection.dropAbruptly();
    await clock.advance(0);

    pageSignals.goOnline();
    await clock.advance(2_000);

    expect(requests.map(({ reason }) => reason)).toEqual(['first', 'online']);
    expect(transport.tokens).toEqual(['token-1', 'token-2']);
    client.dispose();
  });

  test('UP-07 sends no token of before a logout', async () => {
    const { token } = recordRequests((count) => `token-${count}`);
    const { client, open, transport } = createTestClient({ client: { token } });
    await open();

    await client.logout();
    await open();

    expect(transport.tokens).toEqual(['token-1', 'token-2']);
    expect(transport.connections[1]?.received.join()).not.toContain('token-1');
  });

  test('F55 F56 asks once, however often connect() is called while the provider is at work', async () => {
    const { token, requests } = recordRequests(() => never());
    const { client, transport, assertClean } = createTestClient({ client: { token } });

    client.connect();
    client.connect();
    client.connect();
    const isAborted = requests[0]?.signal.aborted;
    await client.close();

    expect(requests).toHaveLength(1);
    expect([isAborted, requests[0]?.signal.aborted]).toEqual([false, true]);
    expectDials(transport, 0);
    await assertClean();
  });

  test('F55 drops a token that arrives after close()', async () => {
    let answer: (token: string) => void = () => {};
    const { client, transport, clock, assertClean } = createTestClient({
      client: {
        token: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      },
    });
    client.connect();
    await client.close();

    answer('late');
    await clock.advance(600_000);

    expectDials(transport, 0);
    await assertClean();
  });
});

describe('a provider', () => {
  test.each<[string, TokenSource, string, string]>([
    ['F48 that rejects', () => Promise.reject(new Error('down')), 'token/failed', 'token-failed'],
    [
      'F48 that throws at once',
      () => {
        throw new Error('down');
      },
      'token/failed',
      'token-failed',
    ],
    ['F50 that answers an empty text', () => '', 'token/unusable', 'token-failed'],
    ['F50 that answers an object without a token', () => ({}) as never, 'token/unusable', 'token-failed'],
    ['F50 that answers nothing', () => undefined as never, 'token/unusable', 'token-failed'],
    ['F50 that answers a number', () => 7 as never, 'token/unusable', 'token-failed'],
    ['F50 that answers a line break', () => 'a\nb', 'token/unusable', 'token-failed'],
    ['F50 that answers letters beyond ASCII', () => 'tökén', 'token/unusable', 'token-failed'],
    ['F50 that answers 200 KiB', () => 'x'.repeat(204_800), 'token/unusable', 'token-failed'],
  ])('UP-03 UP-08 %s costs one attempt, one event, and nothing else', async (_what, ...[bad, code, kind]) => {
    const { token, requests } = recordRequests((count) => (count === 1 ? bad({} as never) : `token-${count}`));
    const { client, transport, clock, open } = createTestClient({ client: { token } });
    const errors = listen(client, 'error');

    await open();
    const waiting = client.snapshot.connection;
    await clock.advance(5_000);

    expect(errors.map(({ error }) => error.code)).toEqual([code]);
    expect(waiting).toMatchObject({ status: 'connecting', phase: 'waiting', cause: { kind, code: null } });
    expect(client.snapshot.connection.status).toBe('open');
    expect(requests).toHaveLength(2);
    expect(transport.tokens).toEqual(['token-2']);
    client.dispose();
  });

  test('UP-03 F47 that never answers is aborted at its deadline, and its late answer is dropped', async () => {
    let answerLate: (token: string) => void = () => {};
    const { token, requests } = recordRequests((count) =>
      count === 1
        ? new Promise<string>((resolve) => {
            answerLate = resolve;
          })
        : `token-${count}`,
    );
    const { client, transport, clock, open } = createTestClient({ client: { token } });
    await open();

    await clock.advance(9_999);
    const before = [requests[0]?.signal.aborted, stepOf(client.snapshot.connection)];
    await clock.advance(1);
    const after = [requests[0]?.signal.aborted, client.snapshot.connection];
    answerLate('late');
    await clock.advance(5_000);

    expect(before).toEqual([false, 'authorizing']);
    expect(after).toMatchObject([true, { phase: 'waiting', cause: { kind: 'token-timed-out' } }]);
    expect(transport.tokens).toEqual(['token-2']);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('F47 is not asked for a token when the URL came too late', async () => {
    const { token, requests } = recordRequests((count) => `token-${count}`);
    const answers: ((url: string) => void)[] = [];
    const { client, clock, open } = createTestClient({
      client: { token, url: () => new Promise((resolve) => answers.push(resolve)) },
    });
    await open();
    await clock.advance(15_000);

    answers[0]?.('ws://localhost/');
    await clock.advance(0);

    expect(answers).toHaveLength(2);
    expect(requests).toEqual([]);
    client.dispose();
  });

  test('UP-08 that is down for ten minutes is asked a bounded number of times', async () => {
    const { token, requests } = recordRequests(() => Promise.reject(new Error('down')));
    const { client, clock, open } = createTestClient({ client: { token } });

    await open();
    await clock.advance(600_000);

    expect(requests.length).toBeGreaterThan(15);
    expect(requests.length).toBeLessThan(80);
    client.dispose();
  });

  test.each<[string, () => ReturnType<TokenSource>, string]>([
    ['null', () => null, 'no-token'],
    ['null later', () => Promise.resolve(null), 'no-token'],
    [
      'StopConnecting',
      () => {
        throw new StopConnecting();
      },
      'stopped-by-provider',
    ],
    ['StopConnecting later', () => Promise.reject(new StopConnecting('banned')), 'stopped-by-provider'],
  ])('UP-08 F49 that answers %s stops the client for good, until the next connect()', async (_what, answer, kind) => {
    const { token, requests } = recordRequests((count) => (count === 1 ? answer() : `token-${count}`));
    const { client, clock, open, pageSignals, assertClean } = createTestClient({ client: { token } });
    const events = watchEvents(client);
    const waited = client.whenOpen().catch((error: unknown) => error);

    await open();
    pageSignals.focus();
    client.send('does not start anything');
    await clock.advance(3_600_000);
    const stopped = client.snapshot.connection;
    await assertClean();
    await open();

    expect(stopped).toMatchObject({ status: 'closed', reason: 'stopped', cause: { kind, action: 'stop' } });
    expect(isChatSocketError(await waited, kind === 'no-token' ? 'token/none' : 'connection/stopped')).toBe(true);
    expect(events.filter(({ name }) => name === 'error')).toEqual([]);
    expect(events.filter(({ name }) => name === 'closed')).toHaveLength(1);
    expect(requests).toHaveLength(2);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});

describe('a token that the server refuses', () => {
  test('UP-08 F53 in mid-session leads to one new token at once', async () => {
    const { client, server, open, transport, clock } = createTestClient();
    await open();
    await clock.advance(60_000);

    server.expireToken();
    await clock.advance(0);

    expect(transport.tokens).toEqual(['token-1', 'token-2']);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test.each([4401, 4001])('UP-08 F54 twice in a row (%d) stops after exactly two token calls', async (code) => {
    const { client, server, open, transport, clock } = createTestClient({ server: { mode: 'manual' } });
    transport.onConnection((connection) => {
      connection.accept();
      connection.close(code);
    });

    await open();
    await clock.advance(600_000);

    expect(transport.tokens).toHaveLength(2);
    expect(client.snapshot.connection).toMatchObject({
      status: 'closed',
      reason: 'stopped',
      cause: { kind: 'token-refused', code, action: 'stop', everOpened: true },
    });
    expect(server.log).toEqual([]);
  });

  test('F54 G13 C14 on every connection costs at most 12 calls in any minute, though the application wants to go on', async () => {
    const askedAtMs: number[] = [];
    const tokens = new Set<string>();
    const { client, open, transport, clock } = createTestClient({
      server: { mode: 'manual' },
      client: {
        shouldRetry: () => true,
        token: () => {
          askedAtMs.push(clock.nowMs());
          return `token-${askedAtMs.length}`;
        },
      },
    });
    transport.onConnection((connection) => {
      tokens.add(connection.token ?? '');
      connection.accept();
      connection.close(4401);
    });

    await open();
    await clock.advance(600_000);

    // The first was the user's own.
    const automaticAtMs = askedAtMs.slice(1);
    const inMinuteOf = (startMs: number) => automaticAtMs.filter((ms) => ms >= startMs && ms < startMs + 60_000).length;
    expect(automaticAtMs.length).toBeGreaterThan(20);
    expect(Math.max(...automaticAtMs.map(inMinuteOf))).toBeLessThanOrEqual(12);
    expect([tokens.size, transport.connections.length]).toEqual([askedAtMs.length, askedAtMs.length]);
    client.dispose();
  });

  test('UP-08 by the error frame and 1008 of a base server, twice, stops too', async () => {
    const { client, open, transport, clock, server } = createTestClient({
      server: { dialect: 'base', mode: 'manual' },
    });
    transport.onConnection((connection) => {
      connection.accept();
      server.expireToken();
    });

    await open();
    await clock.advance(600_000);

    expect(transport.tokens).toHaveLength(2);
    expect(client.snapshot.connection).toMatchObject({
      status: 'closed',
      reason: 'stopped',
      cause: { action: 'stop' },
    });
  });

  test.each([4403, 4003])('UP-08 for good (%d) stops at once', async (code) => {
    const { client, server, open, transport, clock } = createTestClient();
    await open();

    server.connection.close(code, 'forbidden');
    await clock.advance(600_000);

    expect(transport.tokens).toHaveLength(1);
    expect(client.snapshot.connection).toMatchObject({ reason: 'stopped', cause: { code, reason: 'forbidden' } });
  });
});

describe('the place of the token', () => {
  test('UP-43 as a subprotocol is base64url beside a name that the server can echo', async () => {
    const { client, open, transport } = createTestClient({ client: { token: () => 'a~?>/+=b' } });

    await open();

    const offered = transport.connections[0]?.subprotocols ?? [];
    expect(offered).toEqual(['chatsocket.v1', `bearer.${Buffer.from('a~?>/+=b').toString('base64url')}`]);
    expect(offered[1]).toMatch(/^[\w.-]+$/);
    expect(transport.connections[0]?.url).toBe('ws://localhost/');
    client.dispose();
  });

  test('UP-43 as a subprotocol that the server does not echo fails the handshake, and is told so in the end', async () => {
    const { client, open, transport, clock } = createTestClient({ server: { mode: 'manual' } });
    transport.onConnection((connection) => connection.accept({ subprotocol: null }));

    await open();
    await clock.advance(30_000);

    expect(client.snapshot.connection).toMatchObject({ cause: { everOpened: false, diagnosis: 'handshake-refused' } });
    client.dispose();
  });

  test('UP-19 in a query is encoded, and keeps what the URL had', async () => {
    const { client, open, transport } = createTestClient({
      client: {
        url: 'ws://localhost/ws?room=1',
        token: () => 'a&b=c/d',
        protocol: envelopeProtocol({ tokenIn: { query: 'token' } }),
      },
    });

    await open();

    expect(transport.connections[0]?.url).toBe('ws://localhost/ws?room=1&token=a%26b%3Dc%2Fd');
    client.dispose();
  });

  test('in the first frame comes before everything else, and is in no URL', async () => {
    const { client, open, transport, server } = createTestClient({
      client: { token: () => 'secret-1', protocol: envelopeProtocol({ tokenIn: 'first-frame' }) },
    });

    await open();

    expect(JSON.parse(transport.connections[0]?.received[0] ?? '{}')).toEqual({
      type: 'authenticate',
      payload: { token: 'secret-1' },
    });
    expect(server.renewedTokens).toEqual(['secret-1']);
    expect(transport.tokens).toEqual([]);
    client.dispose();
  });
});
