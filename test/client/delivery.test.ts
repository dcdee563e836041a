import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, outcomeOf, sentFrames, sentTexts, watchEvents } from './chat-log.js';

/** Longer than any first retry. */
const RETRY_MS = 6_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('a message that is sent just before the link is lost', () => {
  test('UP-04 DS-3 comes through once, and in order, though the server never saw it', async () => {
    const { client, server, open, transport, clock } = createTestClient();
    await open();
    await transport.nextConnection();
    server.connection.blackhole('to-server');
    const sends = ['one', 'two', 'three'].map((text) => client.send(text));

    server.connection.dropAbruptly();
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(1_000);
    const receipts = await Promise.all(sends.map(({ acked }) => acked));

    expect(contents(server.log)).toEqual(['one', 'two', 'three']);
    expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(receipts.map(({ clientMessageId }) => clientMessageId)).toEqual(sends.map(({ id }) => id));
  });

  test('UP-04 F10 F25 DS-7 is acked by the history if the server stored it and the ack was lost', async () => {
    const { client, server, open, transport, clock } = createTestClient();
    await open();
    await transport.nextConnection();
    server.connection.blackhole('to-client');
    const sends = ['one', 'two', 'three'].map((text) => client.send(text));
    await clock.advance(1_000);
    expect(contents(server.log)).toEqual(['one', 'two', 'three']);

    server.connection.dropAbruptly();
    const second = await transport.nextConnection({ withinMs: RETRY_MS });
    const receipts = await Promise.all(sends.map(({ acked }) => acked));

    expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(sentTexts(second)).toEqual([]);
    expect(contents(server.log)).toEqual(['one', 'two', 'three']);
    await clock.advance(50);
    expect(client.snapshot.messages.map(({ content, delivery }) => [content, delivery])).toEqual([
      ['one', 'sent'],
      ['two', 'sent'],
      ['three', 'sent'],
    ]);
  });

  test('UP-04 UP-05 DS-5 is sent again with its id where no history tells of it, and a repeat counts as its ack', async () => {
    const { client, server, open, transport } = createTestClient();
    await open();
    const first = await transport.nextConnection();
    const elsewhere = client.conversation('elsewhere');
    server.dropAck();
    const outgoing = elsewhere.send('once');
    elsewhere.leave();

    server.connection.dropAbruptly();
    const second = await transport.nextConnection({ withinMs: RETRY_MS });
    const receipt = await outgoing.acked;

    expect(receipt).toEqual({ clientMessageId: outgoing.id, id: 'elsewhere/epoch-1/1', seq: 1, duplicate: true });
    expect(sentFrames(first, 'send_message').map(({ messageId }) => messageId)).toEqual([outgoing.id]);
    expect(sentFrames(second, 'send_message').map(({ messageId }) => messageId)).toEqual([outgoing.id]);
    expect(contents(server.logOf('elsewhere'))).toEqual(['once']);
  });

  test('UP-05 is one entry after its ack was lost twice', async () => {
    const { client, server, open, transport } = createTestClient();
    await open();
    await transport.nextConnection();
    const outgoing = client.send('once');
    for (let loss = 0; loss < 2; loss += 1) {
      server.connection.blackhole('to-client');
      server.connection.dropAbruptly();
      await transport.nextConnection({ withinMs: RETRY_MS });
    }

    const receipt = await outgoing.acked;

    expect(receipt.seq).toBe(1);
    expect(contents(server.log)).toEqual(['once']);
    expect(contents(client.snapshot.messages)).toEqual(['once']);
  });

  test('DS-8 is transmitted at most once on each connection', async () => {
    const { client, server, open, clock, transport } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    const outgoing = client.send('patience');
    for (let round = 0; round < 4; round += 1) {
      await clock.advance(9_000);
      client.send(`more ${round}`);
      client.outbox.retry(outgoing.id);
      server.connection.dropAbruptly();
      await server.readyNext({ withinMs: 60_000 });
    }

    const counts = transport.connections.map(
      (connection) =>
        sentFrames(connection, 'send_message').filter(({ messageId }) => messageId === outgoing.id).length,
    );

    expect(transport.connections.length).toBeGreaterThan(3);
    expect(Math.max(...counts)).toBe(1);
    expect(counts[0]).toBe(1);
    client.dispose();
  });
});

describe('an ack that does not come', () => {
  test('DS-8 leads to a probe, then to a new connection, and only then to a resend', async () => {
    const { client, server, open, clock, transport } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const first = await transport.nextConnection();
    const events = watchEvents(client);
    const outgoing = client.send('patience');

    await clock.advance(9_999);
    const pingsBefore = sentFrames(first, 'ping').length;
    await clock.advance(1);
    const pingsAfter = sentFrames(first, 'ping').length;
    await clock.advance(3_999);
    const stateBefore = client.snapshot.connection.status;
    await clock.advance(1);
    const { end } = first;
    await transport.nextConnection({ withinMs: RETRY_MS });
    server.ready();
    await clock.advance(0);
    server.ack(outgoing.id);
    await outgoing.acked;

    expect([pingsBefore, pingsAfter]).toEqual([0, 1]);
    expect(stateBefore).toBe('open');
    expect(end).toMatchObject({ code: 4002 });
    expect(client.metrics().lossesByKind).toEqual({ 'ack-overdue': 1 });
    expect(events.filter(({ name }) => name === 'message-failed')).toEqual([]);
    expect(contents(server.log)).toEqual(['patience']);
  });

  test('DS-8 leads to a new connection although others go on, sent and refused', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ackTimeoutMs: 1_000 } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    client.send('swallowed');

    for (let step = 0; step < 6; step += 1) {
      client.send(`step ${step}`);
      await clock.advance(1_000);
    }

    expect(client.metrics().lossesByKind).toEqual({ 'ack-overdue': 1 });
    client.dispose();
  });

  test('DS-6 UP-22 never makes a message fail, however long it takes', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ageMaxMs: Infinity } },
      server: { mode: 'manual' },
    });
    const failures = listen(client, 'message-failed');
    server.transport.onConnection((connection) => {
      if (connection.number > 1) connection.rejectHandshake();
    });
    await open();
    server.ready();
    const outgoing = client.send('for ever');

    await clock.advance(24 * 3_600_000);

    expect(failures).toEqual([]);
    expect(await outcomeOf(outgoing.acked)).toBe('pending');
    expect(['queued', 'unconfirmed']).toContain(outgoing.status);
    expect(client.outbox.list().map(({ id }) => id)).toEqual([outgoing.id]);
    client.dispose();
  });

  test('C15 F27 comes late, twice, or for an unknown id, and changes nothing then', async () => {
    const { client, server, open, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    const acks = listen(client, 'message-acked');
    const outgoing = client.send('once');
    await clock.advance(0);
    server.sendFrame({ type: 'ack', payload: { messageId: 'nobody', id: 'x', seq: 9, duplicate: false } });

    server.ack(outgoing.id);
    server.duplicateAck(outgoing.id);
    server.sendFrame({ type: 'error', payload: { code: 'VALIDATION_ERROR', message: 'late', messageId: outgoing.id } });
    await clock.advance(100);

    expect(acks.map(({ receipt }) => receipt.seq)).toEqual([1]);
    expect(outgoing.status).toBe('sent');
    expect(client.snapshot.messages.map(({ delivery, error }) => [delivery, error])).toEqual([['sent', null]]);
  });
});

describe('the copy of the server', () => {
  test.each([
    ['before', false],
    ['after', true],
  ])('UP-05 DS-7 UP-40 takes the place of the optimistic entry when it comes %s the ack', async (_when, isAckFirst) => {
    const { client, server, open, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const events = watchEvents(client);
    const outgoing = client.send('mine');
    client.send('still pending');
    await clock.advance(0);
    const { key } = client.snapshot.messages[0] ?? {};
    const ack = { type: 'ack', payload: { messageId: outgoing.id, id: 'm-1', seq: 1, duplicate: false } };
    const message = {
      id: 'm-1',
      clientMessageId: outgoing.id,
      conversationId: 'conversation-1',
      senderId: 'user-1',
      senderName: 'user-1',
      content: 'mine',
      timestamp: new Date(clock.nowMs()).toISOString(),
      read: false,
    };
    const copy = {
      type: 'new_message',
      payload: { conversationId: 'conversation-1', message, epoch: 'epoch-1', seq: 1 },
    };

    for (const frame of isAckFirst ? [ack, copy] : [copy, ack]) {
      server.sendFrame(frame);
      await clock.advance(100);
      expect(client.snapshot.messages.map((row) => [row.content, row.delivery])).toEqual([
        ['mine', 'sent'],
        ['still pending', 'sending'],
      ]);
      expect(client.snapshot.messages[0]?.key).toBe(key);
    }

    expect(events.filter(({ name }) => name === 'message-acked')).toHaveLength(1);
    expect(events.filter(({ name }) => name === 'message-received')).toEqual([]);
    expect((await outgoing.acked).seq).toBe(1);
  });

  test('UP-40 F44 is ordered by its number, whatever any clock says', async () => {
    const { client, server, open, clock } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const own = client.send('mine');
    const { key } = client.snapshot.messages[0] ?? {};
    server.emit('theirs, before');
    server.emit('theirs, also before');
    await clock.advance(100);
    const whilePending = contents(client.snapshot.messages);

    server.ack(own.id);
    server.emit('theirs, after');
    await clock.advance(100);

    expect(whilePending).toEqual(['theirs, before', 'theirs, also before', 'mine']);
    expect(contents(client.snapshot.messages)).toEqual([
      'theirs, before',
      'theirs, also before',
      'mine',
      'theirs, after',
    ]);
    expect(client.snapshot.messages[2]?.key).toBe(key);
  });

  test('DS-10 F33 F35 is shown once, in its order, when it is told twice and again by a resume', async () => {
    const { client, server, open, clock, transport } = createTestClient();
    await open();
    await transport.nextConnection();
    client.send('one');
    server.emit('two');
    await clock.advance(100);
    server.replay();

    server.connection.dropAbruptly();
    server.emit('three');
    await transport.nextConnection({ withinMs: RETRY_MS });
    server.replay();
    await clock.advance(100);

    expect(client.snapshot.messages.map(({ content, seq }) => [content, seq])).toEqual([
      ['one', 1],
      ['two', 2],
      ['three', 3],
    ]);
  });
});
