/** What a user can still do about a message: change it, take it back, try it again. */
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, outcomeOf, refusalOf, sentFrames, sentTexts } from './chat-log.js';

const RETRY_MS = 6_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('edit()', () => {
  test('DS-10 changes a waiting message in its place', async () => {
    const { client, server, open, clock } = createTestClient();
    const first = client.send('Helo', { metadata: { mood: 'good' } });
    client.send('second');
    const before = client.snapshot.messages.map(({ key }) => key);

    const isChanged = client.outbox.edit(first.id, 'Hello');

    expect(isChanged).toBe(true);
    expect(first.content).toBe('Hello');
    expect(contents(client.outbox.list())).toEqual(['Hello', 'second']);
    expect(client.snapshot.messages.map(({ key, content }) => [key, content])).toEqual([
      [before[0], 'Hello'],
      [before[1], 'second'],
    ]);
    await open();
    await clock.advance(1_000);
    expect(server.log.map(({ content, metadata }) => [content, metadata])).toEqual([
      ['Hello', { mood: 'good' }],
      ['second', undefined],
    ]);
  });

  test('DS-8 changes nothing that a connection has or had, or that is settled', async () => {
    const { client, server, open, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const outgoing = client.send('handed over');
    const whileSending = client.outbox.edit(outgoing.id, 'changed');
    server.transport.onConnection((connection) => connection.rejectHandshake());
    server.connection.dropAbruptly();
    await clock.advance(0);
    const whileUnconfirmed = client.outbox.edit(outgoing.id, 'changed');
    const unknown = client.outbox.edit('nobody', 'changed');

    expect([whileSending, whileUnconfirmed, unknown]).toEqual([false, false, false]);
    expect(outgoing.content).toBe('handed over');
    client.dispose();
  });

  test('DS-1 takes only what send() takes', () => {
    const { client } = createTestClient({ client: { outbox: { bytesMax: 10 } } });
    const { id } = client.send('Hello');

    const refusals = ['', 'x'.repeat(5_001), 7 as never].map((content) =>
      refusalOf(() => client.outbox.edit(id, content)),
    );
    const isTooBig = client.outbox.edit(id, 'x'.repeat(11));
    const isAtMost = client.outbox.edit(id, 'x'.repeat(10));

    expect(refusals.map((refusal) => refusal.split(':')[0])).toEqual([
      'delivery/empty',
      'delivery/too-long',
      'usage/invalid-argument',
    ]);
    expect([isTooBig, isAtMost]).toEqual([false, true]);
    expect(refusalOf(() => client.send('y'))).toMatch(/^delivery\/outbox-full/);
  });
});

describe('retry()', () => {
  test('DS-6 UP-05 sends one whose outcome is unknown with the same id, so it is there once', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.connection.blackhole('to-client');
    const outgoing = client.send('stored', { ttlMs: 1_000 });
    client.conversation('conversation-1').leave();
    await clock.advance(1_000);
    const statusBefore = outgoing.status;
    server.connection.dropAbruptly();
    await clock.advance(RETRY_MS);
    const acks = listen(client, 'message-acked');

    const isRetried = client.outbox.retry(outgoing.id);
    const isRetriedTwice = client.outbox.retry(outgoing.id);
    await clock.advance(1_000);

    expect(statusBefore).toBe('failed');
    expect([isRetried, isRetriedTwice]).toEqual([true, false]);
    expect(sentFrames(server.connection, 'send_message').map(({ messageId }) => messageId)).toEqual([outgoing.id]);
    expect(acks.map(({ receipt }) => receipt.duplicate)).toEqual([true]);
    expect(outgoing.status).toBe('sent');
    expect(contents(server.log)).toEqual(['stored']);
    expect(client.snapshot.outbox).toEqual({ queued: 0, inFlight: 0, failed: 0 });
  });

  test('F29 sends a refused one again, behind all others', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.nack('VALIDATION_ERROR');
    const refused = client.send('refused');
    client.send('taken');
    await clock.advance(100);

    const isRetried = client.outbox.retry(refused.id);
    await clock.advance(1_000);

    expect(isRetried).toBe(true);
    expect(contents(server.log)).toEqual(['taken', 'refused']);
    expect(client.snapshot.messages.map(({ content, delivery, error }) => [content, delivery, error])).toEqual([
      ['taken', 'sent', null],
      ['refused', 'sent', null],
    ]);
    expect(await outcomeOf(refused.acked)).toBe('delivery/refused');
  });

  test('gives a message that expired its whole time again', async () => {
    const { client, clock } = createTestClient({
      client: { outbox: { ageMaxMs: 60_000 } },
      server: { mode: 'manual' },
    });
    client.connect();
    const outgoing = client.send('again', { ttlMs: 1_000 });
    await clock.advance(1_000);

    client.outbox.retry(outgoing.id);
    await clock.advance(59_999);
    const before = outgoing.status;
    await clock.advance(1);

    expect([before, outgoing.status]).toEqual(['queued', 'failed']);
    client.dispose();
  });
});

describe('cancel()', () => {
  test('takes a failed message out of sight', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.nack('VALIDATION_ERROR');
    const refused = client.send('refused');
    await clock.advance(100);

    const isGone = client.outbox.cancel(refused.id);
    await clock.advance(100);

    expect(isGone).toBe(true);
    expect(client.snapshot.messages).toEqual([]);
    expect(client.snapshot.outbox.failed).toBe(0);
    expect(client.outbox.retry(refused.id)).toBe(false);
  });

  test('DS-8 leaves alone what a lost connection may have delivered', async () => {
    const { client, server, open, clock, transport } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const outgoing = client.send('perhaps there');
    await clock.advance(0);
    server.nack('RATE_LIMIT', { retryAfterMs: 60_000 });
    await clock.advance(0);
    const whilePaused = [outgoing.status, outgoing.cancel()];
    server.connection.dropAbruptly();

    await transport.nextConnection({ withinMs: RETRY_MS });
    server.ready();
    await clock.advance(100);

    expect(whilePaused).toEqual(['queued', false]);
    expect(sentTexts(server.connection)).toEqual(['perhaps there']);
    client.dispose();
  });
});
