import { describe, expect, test } from 'vitest';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { listen, outcomeOf, sentFrames, sentTexts } from './chat-log.js';

const RETRY_MS = 6_000;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `m${index + 1}`);
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

/** When each message reached the server, in milliseconds. */
function watchArrivals({ transport, clock }: Pick<TestWorld, 'transport' | 'clock'>): number[] {
  const atMs: number[] = [];
  transport.onConnection((connection) => {
    connection.onFrame(() => atMs.push(clock.nowMs()));
  });
  return atMs;
}

/** The most that fell into any rolling second. */
function mostInASecond(atMs: readonly number[]): number {
  return Math.max(...atMs.map((startMs) => atMs.filter((ms) => ms >= startMs && ms < startMs + 1_000).length));
}

describe('the order of messages', () => {
  test('UP-28 DS-9 is that of their sending, a thousand in a row, with never more than 8 unacked and none before open', async () => {
    const { client, server, open, clock, transport } = createTestClient({
      client: { outbox: { messagesMax: 1_000, ratePerSecond: Infinity } },
      server: { mode: 'manual' },
    });
    for (const text of numbered(1_000)) client.send(text);
    await open();
    const connection = await transport.nextConnection();
    connection.accept();
    await clock.advance(1_000);
    const before = connection.received.length;
    server.ready();
    let mostUnacked = 0;

    while (client.outbox.list().length > 0) {
      await clock.advance(1);
      mostUnacked = Math.max(mostUnacked, server.pending.length);
      for (const { clientMessageId } of [...server.pending]) server.ack(clientMessageId);
    }

    expect(before).toBe(0);
    expect(mostUnacked).toBe(8);
    expect(contents(server.log)).toEqual(numbered(1_000));
  });

  test('UP-29 does not wait for a slow first ack: the next seven leave at once, the ninth does not', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ratePerSecond: Infinity } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    for (const text of numbered(9)) client.send(text);

    await clock.advance(5_000);
    const sent = sentTexts(server.connection);
    for (let count = 0; count < 9; count += 1) {
      server.ack();
      await clock.advance(0);
    }

    expect(sent).toEqual(numbered(8));
    expect(contents(server.log)).toEqual(numbered(9));
  });

  test.each(['RATE_LIMIT', 'OUT_OF_ORDER', 'INTERNAL_ERROR'])(
    'F28 DS-8 DS-9 DS-12 is kept when the first of eight is not taken now (%s)',
    async (code) => {
      const { client, server, open, clock } = createTestClient({ client: { outbox: { ratePerSecond: Infinity } } });
      await open();
      const failures = listen(client, 'message-failed');
      server.nack(code, { retryAfterMs: 700 });
      const sends = numbered(8).map((text) => client.send(text));

      await clock.advance(699);
      const tooSoon = sentTexts(server.connection).length;
      await clock.advance(5_000);

      expect(tooSoon).toBe(8);
      expect(contents(server.log)).toEqual(numbered(8));
      expect(failures).toEqual([]);
      expect(await Promise.all(sends.map(({ acked }) => acked.then(({ seq }) => seq)))).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8,
      ]);
    },
  );

  test.each([1e12, -1, Number.NaN, 0])('F45 survives a pause of %d ms from the server', async (retryAfterMs) => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.nack('RATE_LIMIT', { retryAfterMs });
    const { acked } = client.send('later');

    await clock.advance(60_000);

    expect(await outcomeOf(acked)).toBe('resolved');
  });

  test('is free after the outbox was cleared while a message was to be sent again', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.nack('RATE_LIMIT', { retryAfterMs: 500 });
    client.send('not taken');
    await clock.advance(100);

    client.outbox.clear();
    const { acked } = client.send('new');
    await clock.advance(2_000);

    const producers = sentFrames(server.connection, 'send_message').map(({ payload }) => payload['producer']);
    expect(await outcomeOf(acked)).toBe('resolved');
    expect(contents(server.log)).toEqual(['new']);
    // The server would go on waiting for the first number under the name that it was given with.
    expect(producers).toMatchObject([{ seq: 1 }, { seq: 1 }]);
    expect(new Set(producers.map((producer) => JSON.stringify(producer))).size).toBe(2);
  });

  test('F29 UP-29 goes on behind a message that the server refuses, which fails alone', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.nack('VALIDATION_ERROR');
    const failures = listen(client, 'message-failed');
    const errors = listen(client, 'error');
    const refused = client.send('refused');
    const taken = client.send('taken');

    await clock.advance(1_000);

    expect(await outcomeOf(refused.acked)).toBe('delivery/refused');
    expect(await outcomeOf(taken.acked)).toBe('resolved');
    expect(refused.status).toBe('failed');
    expect(failures.map(({ error }) => [error.code, error.message, error.fields])).toEqual([
      ['delivery/refused', 'The server refused the message: VALIDATION_ERROR.', { serverCode: 'VALIDATION_ERROR' }],
    ]);
    expect(errors).toEqual([]);
    expect(client.snapshot.outbox).toEqual({ queued: 0, inFlight: 0, failed: 1 });
    expect(client.snapshot.messages.map(({ content, delivery, error }) => [content, delivery, error?.code])).toEqual([
      ['taken', 'sent', undefined],
      ['refused', 'failed', 'delivery/refused'],
    ]);
    expect(client.outbox.list()).toEqual([]);
  });

  test.each([
    ['counts', true],
    ['does not count', false],
  ])(
    'F29 DS-9 is kept behind a refusal that the server %s among the numbers of its sender',
    async (_what, isCounted) => {
      const { client, server, open, clock, transport } = createTestClient({
        client: { outbox: { ratePerSecond: Infinity } },
        server: { mode: 'manual' },
      });
      await open();
      server.ready();
      await clock.advance(0);
      const spent = new Map<unknown, number>();
      const stored: unknown[] = [];
      (await transport.nextConnection()).onFrame((text) => {
        // What a client of this library sends is an envelope.
        const { messageId, payload } = JSON.parse(text) as { messageId: string; payload: Record<string, unknown> };
        const { id, seq } = payload['producer'] as { id: string; seq: number };
        const error = (code: string) =>
          server.sendFrame({ type: 'error', payload: { code, message: code, messageId, retryAfterMs: 10 } });
        if (seq !== (spent.get(id) ?? 0) + 1) return error('OUT_OF_ORDER');
        const isRefused = payload['content'] === 'm2';
        if (isCounted || !isRefused) spent.set(id, seq);
        if (isRefused) return error('FORBIDDEN');
        stored.push(payload['content']);
        server.ack(messageId);
      });

      for (const text of numbered(8)) client.send(text);
      await clock.advance(5_000);

      expect(stored).toEqual(numbered(8).filter((text) => text !== 'm2'));
      expect(client.outbox.list()).toEqual([]);
    },
  );

  test('DS-6 DS-9 is free after a message that ended on its way, and whose refusal the server did not count', async () => {
    const { client, server, open, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const short = client.send('short-lived', { ttlMs: 50 });
    await clock.advance(100);
    server.sendFrame({ type: 'error', payload: { code: 'FORBIDDEN', message: 'No.', messageId: short.id } });
    await clock.advance(100);

    client.send('next');
    await clock.advance(100);

    const producers = sentFrames(server.connection, 'send_message').map(({ payload }) => payload['producer']);
    expect(await outcomeOf(short.acked)).toBe('delivery/expired');
    // Under the first name the server still waits for the first number.
    expect(producers).toMatchObject([{ seq: 1 }, { seq: 1 }]);
    expect(new Set(producers.map((producer) => JSON.stringify(producer))).size).toBe(2);
  });

  test('a frame that is too big (1009) fails the biggest message of that connection, alone and for good', async () => {
    const { client, server, open, clock, transport } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const small = client.send('small');
    const big = client.send('big '.repeat(100));
    const last = client.send('last');
    await clock.advance(0);
    const first = await transport.nextConnection();

    first.close(1009);
    const second = await transport.nextConnection({ withinMs: RETRY_MS });
    server.ready();
    await clock.advance(1_000);

    expect(await outcomeOf(big.acked)).toBe('delivery/too-big');
    expect([small.status, last.status]).toEqual(['sending', 'sending']);
    expect(sentTexts(second)).toEqual(['small', 'last']);
    client.dispose();
  });
});

describe('the pace', () => {
  test('DS-12 UP-28 stays at 20 frames of all kinds in any second, joins and pings too', async () => {
    const world = createTestClient({ client: { outbox: { messagesMax: 1_000 } } });
    const { client, clock, open } = world;
    const arrivals = watchArrivals(world);
    for (let count = 0; count < 12; count += 1) client.conversation(`room-${count}`);
    for (const text of numbered(300)) client.send(text);

    await open();
    while (client.outbox.list().length > 0) {
      await clock.advance(100);
      client.setTyping(true);
      client.markRead();
    }

    expect(mostInASecond(arrivals)).toBeLessThanOrEqual(20);
    expect(arrivals.length).toBeGreaterThan(300);
  });

  test('DS-12 stays there over a link that is lost every second', async () => {
    const world = createTestClient({
      client: { outbox: { messagesMax: 1_000 }, reconnect: { delayFirstMs: 0, dialsPerMinuteMax: 60 } },
    });
    const { client, clock, open, server } = world;
    const arrivals = watchArrivals(world);
    for (const text of numbered(300)) client.send(text);

    await open();
    for (let round = 0; round < 30; round += 1) {
      await clock.advance(150);
      if (server.connection.state === 'open') server.connection.dropAbruptly();
    }

    expect(mostInASecond(arrivals)).toBeLessThanOrEqual(20);
    client.dispose();
  });

  test("DS-12 is the server's where it announces one", async () => {
    const world = createTestClient({ server: { hello: { limits: { messagesPerSecond: 5 } } } });
    const { client, clock, open } = world;
    const arrivals = watchArrivals(world);
    for (const text of numbered(40)) client.send(text);

    await open();
    await clock.advance(30_000);

    expect(client.outbox.list()).toEqual([]);
    expect(mostInASecond(arrivals.slice(1))).toBeLessThanOrEqual(5);
  });

  test('UP-45 stops above a high mark of unsent bytes, and goes on only below a low one', async () => {
    const { client, server, open, clock } = createTestClient({ client: { outbox: { ratePerSecond: Infinity } } });
    await open();
    server.connection.bufferedBytes = 65_537;
    for (const text of numbered(20)) client.send(text);
    await clock.advance(5_000);
    const whileFull = sentTexts(server.connection);
    server.connection.bufferedBytes = 16_385;
    await clock.advance(5_000);
    const whileEmptying = sentTexts(server.connection);

    server.connection.bufferedBytes = 16_384;
    await clock.advance(1_000);

    expect(whileFull).toEqual([]);
    expect(whileEmptying).toEqual([]);
    expect(contents(server.log)).toEqual(numbered(20));
  });

  test('DS-12 lets a pause by the server last over everything, and fails nothing', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.sendFrame({ type: 'error', payload: { code: 'RATE_LIMIT', message: 'slow', retryAfterMs: 3_000 } });
    await clock.advance(0);
    const { acked } = client.send('patience');

    await clock.advance(2_999);
    const before = sentFrames(server.connection, 'send_message');
    await clock.advance(1);

    expect(before).toEqual([]);
    expect(await outcomeOf(acked)).toBe('resolved');
  });
});
