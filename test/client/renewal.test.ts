import { describe, expect, test } from 'vitest';
import { StopConnecting } from '../../src/index.js';
import type { TokenRequest } from '../../src/ports/token-source.js';
import { createTestClient, expectDials } from '../../src/testing/index.js';
import { listen, watchSteps } from './chat-log.js';

const DAY_MS = 86_400_000;

describe('a renewal in band', () => {
  test('UP-42 replaces the token before it expires, on the connection that there is', async () => {
    const reasons: string[] = [];
    const { client, server, open, clock, transport } = createTestClient({
      client: {
        token: ({ reason }) => {
          reasons.push(reason);
          return { token: `token-${reasons.length}`, expiresInMs: 600_000 };
        },
      },
    });
    const renewals = listen(client, 'token-renewed');
    await open();
    const steps = watchSteps(client);

    await clock.advance(480_000);
    const renewed = [...server.renewedTokens];
    await clock.advance(480_000);

    expect(renewed).toEqual(['token-2']);
    expect(server.renewedTokens).toEqual(['token-2', 'token-3']);
    expect(reasons).toEqual(['first', 'handover', 'handover']);
    expect(renewals).toEqual([{ expiresInMs: 600_000 }, { expiresInMs: 600_000 }]);
    expect(steps).toEqual([]);
    expectDials(transport, 1);
    client.dispose();
  });

  test('begins when the server warns, once for many warnings', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();

    for (let count = 0; count < 5; count += 1) server.warnTokenExpiring(30_000);
    await clock.advance(20_000);

    expect(server.renewedTokens).toEqual(['token-2']);
    client.dispose();
  });

  test.each<[string, () => string | Promise<string>, readonly string[]]>([
    ['rejects', () => Promise.reject(new Error('down')), ['token/failed']],
    ['answers something unusable', () => '', ['token/unusable']],
    ['never answers', () => new Promise<string>(() => {}), []],
  ])('keeps the connection and tries again later when the provider %s', async (_what, fail, codes) => {
    const requests: TokenRequest[] = [];
    const { client, server, open, clock, transport } = createTestClient({
      client: {
        token: (request) => {
          requests.push(request);
          return requests.length === 2 ? fail() : `token-${requests.length}`;
        },
      },
    });
    const errors = listen(client, 'error');
    await open();
    server.warnTokenExpiring(60_000);

    await clock.advance(29_000);
    const before = [requests.length, requests[1]?.signal.aborted];
    await clock.advance(15_000);

    expect(before).toEqual([2, codes.length === 0]);
    expect(server.renewedTokens).toEqual(['token-3']);
    expect(errors.map(({ error }) => error.code)).toEqual(codes);
    expect(client.snapshot.connection.status).toBe('open');
    expectDials(transport, 1);
    client.dispose();
  });

  test('drops a token that comes after its deadline', async () => {
    let answerLate: (token: string) => void = () => {};
    let count = 0;
    const { client, server, open, clock } = createTestClient({
      client: {
        token: () => {
          count += 1;
          if (count !== 2) return `token-${count}`;
          return new Promise<string>((resolve) => {
            answerLate = resolve;
          });
        },
      },
    });
    await open();
    server.warnTokenExpiring(60_000);
    await clock.advance(10_000);

    answerLate('late');
    await clock.advance(1_000);

    expect(server.renewedTokens).toEqual([]);
    client.dispose();
  });

  test.each<[string, () => null, string]>([
    ['null', () => null, 'no-token'],
    [
      'StopConnecting',
      () => {
        throw new StopConnecting();
      },
      'stopped-by-provider',
    ],
  ])('ends the connection for good when the provider answers %s', async (_what, answer, kind) => {
    let count = 0;
    const { client, server, open, clock, assertClean } = createTestClient({
      client: {
        token: () => {
          count += 1;
          return count === 1 ? 'token-1' : answer();
        },
      },
    });
    await open();

    server.warnTokenExpiring(60_000);
    await clock.advance(1_000);

    expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'stopped', cause: { kind } });
    await assertClean();
  });

  test('F55 is aborted by close()', async () => {
    const requests: TokenRequest[] = [];
    const { client, server, open, clock, assertClean } = createTestClient({
      client: {
        token: (request) => {
          requests.push(request);
          return requests.length === 1 ? 'token-1' : new Promise<string>(() => {});
        },
      },
    });
    await open();
    server.warnTokenExpiring(60_000);
    await clock.advance(0);

    server.connection.delayClose(1_000);
    const closing = client.close();
    const isAborted = requests[1]?.signal.aborted;
    await clock.advance(1_000);
    await closing;

    expect(isAborted).toBe(true);
    await assertClean();
  });
});

describe('the lifetime of a token', () => {
  test.each([
    ['30 days', 30 * DAY_MS, 4],
    ['10 years', 3_650 * DAY_MS, 4],
    ['no time at all', 0, 130],
    ['less than nothing', -DAY_MS, 130],
    ['NaN', Number.NaN, 1],
    ['Infinity', Number.POSITIVE_INFINITY, 1],
    ['a text', '3600' as never, 1],
  ])('UP-42 of %s leads to a bounded number of calls', async (_what, expiresInMs, callsMax) => {
    let calls = 0;
    const { client, open, clock } = createTestClient({
      client: {
        heartbeat: { intervalMs: Infinity },
        token: () => {
          calls += 1;
          return { token: `token-${calls}`, expiresInMs };
        },
      },
    });
    await open();

    await clock.advance(expiresInMs <= 0 ? 3_600_000 : 60 * DAY_MS);

    expect(calls).toBeLessThanOrEqual(callsMax);
    expect(calls).toBeGreaterThanOrEqual(1);
    expect(client.snapshot.connection.status).toBe('open');
    expect(clock.pendingTimers().every(({ dueAtMs }) => dueAtMs - clock.nowMs() < 2 ** 31)).toBe(true);
    client.dispose();
  });

  test('UP-42 that is over at once costs a base server at most 12 dials a minute', async () => {
    let calls = 0;
    const { client, open, clock, transport } = createTestClient({
      client: {
        token: () => {
          calls += 1;
          return { token: `token-${calls}`, expiresInMs: 1 };
        },
      },
      server: { dialect: 'base' },
    });
    await open();

    await clock.advance(600_000);

    expect(transport.connections.length).toBeGreaterThan(2);
    expect(transport.connections.length).toBeLessThanOrEqual(25);
    client.dispose();
  });

  test('without one in band, a fresh connection takes over, and nothing is lost', async () => {
    let calls = 0;
    const { client, open, clock, transport, server } = createTestClient({
      client: {
        token: () => {
          calls += 1;
          return { token: `token-${calls}`, expiresInMs: 100_000 };
        },
      },
      server: { dialect: 'base' },
    });
    await open();
    await client.send('before').acked;

    await clock.advance(80_100);
    await client.send('after').acked;

    expect(transport.tokens).toEqual(['token-1', 'token-2']);
    expect(server.log.map(({ content }) => content)).toEqual(['before', 'after']);
    client.dispose();
  });
});
