/** When a message's time is up: told with what is known of it, connected or not. */
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, outcomeOf, sentFrames, sentTexts } from './chat-log.js';

const HOUR_MS = 3_600_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('a message whose time is up', () => {
  test('DS-6 I8 is noticed by a client that is closed when it is next told anything, and by no timer', async () => {
    const { client, server, open, clock, assertClean } = createTestClient();
    const early = client.send('before the first connection', { ttlMs: 1_000 });
    await clock.advance(100_000);
    const late = client.send('later', { ttlMs: 1_000 });
    const atNextSend = [early.status, late.status];
    await clock.advance(100_000);
    await open();
    await clock.advance(1_000);
    await client.close();
    const afterwards = client.send('while closed', { ttlMs: 1_000 });
    await clock.advance(100_000);

    const isRetried = client.outbox.retry(afterwards.id);
    client.send('kept');

    expect(atNextSend).toEqual(['failed', 'queued']);
    expect([late.status, isRetried, afterwards.status]).toEqual(['failed', false, 'failed']);
    expect(contents(server.log)).toEqual([]);
    await assertClean();
  });

  test('DS-6 I8 a message that is tried again is shown so at once, without a timer, while the client is closed', async () => {
    const { client, open, clock, assertClean } = createTestClient();
    await open();
    const { id } = client.send('short-lived', { ttlMs: 1 });
    await client.close();
    await clock.advance(10);
    client.send('another');
    const before = client.snapshot.messages.map(({ delivery }) => delivery);

    client.outbox.retry(id);

    expect(client.snapshot.messages.map(({ delivery }) => delivery)).not.toEqual(before);
    await assertClean();
  });

  test('DS-6 UP-22 fails as not sent, while the client still looks for a connection', async () => {
    const { client, server, open, clock } = createTestClient();
    server.down();
    await open();
    const outgoing = client.send('short-lived', { ttlMs: 5_000 });
    const kept = client.send('kept');
    const failures = listen(client, 'message-failed');

    await clock.advance(4_999);
    const before = [outgoing.status, failures.length];
    await clock.advance(1);

    expect(before).toEqual(['queued', 0]);
    expect(failures.map(({ error }) => [error.code, error.retryable, error.fields])).toEqual([
      ['delivery/expired', true, { outcome: 'not-sent' }],
    ]);
    expect(await outcomeOf(outgoing.acked)).toBe('delivery/expired');
    expect(client.snapshot.outbox).toEqual({ queued: 1, inFlight: 0, failed: 1 });
    expect(client.snapshot.messages.map(({ delivery, error }) => [delivery, error?.fields])).toEqual([
      ['failed', { outcome: 'not-sent' }],
      ['queued', undefined],
    ]);
    expect(kept.status).toBe('queued');
    client.dispose();
  });

  test('DS-6 fails as unknown once a connection had it, and not by any ack timeout before', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ageMaxMs: 60_000 } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    server.transport.onConnection((connection) => connection.rejectHandshake());
    const outgoing = client.send('sent');

    await clock.advance(59_999);
    const before = await outcomeOf(outgoing.acked);
    await clock.advance(1);

    expect(before).toBe('pending');
    expect(await outgoing.acked.catch((error: unknown) => error)).toMatchObject({
      code: 'delivery/expired',
      fields: { outcome: 'unknown' },
    });
    client.dispose();
  });

  test('DS-6 is shown as sent, quietly, if the server turns out to have it', async () => {
    const { client, server, open, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const acks = listen(client, 'message-acked');
    const outgoing = client.send('late', { ttlMs: 5_000 });
    await clock.advance(5_000);
    const failed = [outgoing.status, client.snapshot.outbox.failed];

    server.ack(outgoing.id);
    await clock.advance(100);

    expect(failed).toEqual(['failed', 1]);
    expect([outgoing.status, client.snapshot.outbox.failed]).toEqual(['sent', 0]);
    expect(client.snapshot.messages.map(({ content, delivery, error }) => [content, delivery, error])).toEqual([
      ['late', 'sent', null],
    ]);
    expect(acks).toEqual([]);
    expect(await outcomeOf(outgoing.acked)).toBe('delivery/expired');
    client.dispose();
  });

  test('DS-6 leaves its place on the connection to the next one', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { inFlightMax: 1 } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    client.send('unanswered', { ttlMs: 2_000 });
    client.send('next');

    await clock.advance(1_999);
    const before = sentTexts(server.connection);
    await clock.advance(1);

    expect(before).toEqual(['unanswered']);
    expect(sentTexts(server.connection)).toEqual(['unanswered', 'next']);
    client.dispose();
  });

  test('DS-9 F28 does not hold up others that wait behind its number', async () => {
    const { client, server, open, clock } = createTestClient({ client: { outbox: { ratePerSecond: Infinity } } });
    await open();
    server.nack('RATE_LIMIT', { retryAfterMs: 3_000 });
    client.send('first', { ttlMs: 2_000 });
    for (const text of ['second', 'third']) client.send(text);

    await clock.advance(10_000);
    client.send('fourth');
    await clock.advance(1_000);

    expect(contents(server.log)).toEqual(['second', 'third', 'fourth']);
    expect(client.outbox.list()).toEqual([]);
  });

  test('UP-21 is not sent by the connection that comes just then, nor after the client was closed for long', async () => {
    const { client, server, open, clock } = createTestClient();
    const failures = listen(client, 'message-failed');
    client.send('stale', { ttlMs: HOUR_MS });
    client.send('fresh');

    await clock.advance(HOUR_MS);
    const whileClosed = failures.length;
    await open();
    await clock.advance(1_000);

    expect(whileClosed).toBe(0);
    expect(failures.map(({ error }) => error.fields)).toEqual([{ outcome: 'not-sent' }]);
    expect(contents(server.log)).toEqual(['fresh']);
  });

  test('UP-39 leaves no timer behind a closed client', async () => {
    const { client, open, assertClean } = createTestClient({ server: { mode: 'manual' } });
    await open();
    client.send('waits', { ttlMs: HOUR_MS });

    await client.close();

    await assertClean();
  });
});

describe('a server that forgets ids after a while', () => {
  test.each([
    ['SV-5 is sent again what it surely remembers', 47 * HOUR_MS - 1_000, true],
    ['SV-5 DS-6 is not sent again what it may have forgotten', 47 * HOUR_MS, false],
  ])('%s', async (_what, awayMs, isSent) => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ageMaxMs: Infinity } },
      server: { hello: { dedupWindowMs: 48 * HOUR_MS } },
    });
    await open();
    server.connection.blackhole('to-server');
    client.send('in doubt');
    const closing = client.close();
    await clock.advance(5_000);
    await closing;
    await clock.advance(awayMs - 5_000);
    const failures = listen(client, 'message-failed');

    await open();
    await clock.advance(100);

    expect(contents(server.log)).toEqual(isSent ? ['in doubt'] : []);
    expect(failures.map(({ error }) => error.fields['outcome'])).toEqual(isSent ? [] : ['unknown']);
    client.dispose();
  });

  test('SV-5 is sent at any age what it never had', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ageMaxMs: Infinity } },
      server: { hello: { dedupWindowMs: HOUR_MS } },
    });
    client.send('written long ago');

    await clock.advance(1_000 * HOUR_MS);
    await open();
    await clock.advance(100);

    expect(contents(server.log)).toEqual(['written long ago']);
    expect(sentFrames(server.connection, 'send_message')).toHaveLength(1);
  });
});

test.each([0, -1, Number.NaN, '5'])('DS-1 a time to live of %j is refused', (ttlMs) => {
  const { client } = createTestClient();

  // Callers without types hand in anything.
  const call = () => client.send('x', { ttlMs: ttlMs as number });

  expect(call).toThrow('Cannot send: ttlMs is no number above 0.');
  expect(client.outbox.list()).toEqual([]);
});
