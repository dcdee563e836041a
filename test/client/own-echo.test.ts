/** An own message is one row, whatever reaches the client of its ack and its copy, and in whatever order. */

import { describe, expect, test } from 'vitest';
import { createTestClient, type MockServer } from '../../src/testing/index.js';
import { listen, outcomeOf, sentFrames } from './chat-log.js';

const ID = 'conversation-1';

type Step = (server: MockServer, id: string) => unknown;

const ack =
  (seq: number, serverId = `${ID}/epoch-1/${seq}`): Step =>
  (server, messageId) =>
    server.sendFrame({ type: 'ack', payload: { messageId, id: serverId, seq, duplicate: false } });
const echo =
  (seq: number): Step =>
  (server, clientMessageId) => {
    const message = {
      id: `${ID}/epoch-1/${seq}`,
      conversationId: ID,
      senderId: 'user-1',
      content: 'mine',
      timestamp: '2026-01-01T00:00:09.000Z',
      clientMessageId,
      seq,
    };
    server.sendFrame({ type: 'new_message', payload: { conversationId: ID, epoch: 'epoch-1', seq, message } });
  };
const other =
  (seq: number): Step =>
  (server) => {
    const message = { id: `other ${seq}`, conversationId: ID, senderId: 'user-2', content: 'theirs', timestamp: '' };
    server.sendFrame({ type: 'new_message', payload: { conversationId: ID, epoch: 'epoch-1', seq, message } });
  };

/** A client whose message reached the server, which has not said anything. */
async function openSent() {
  const world = createTestClient({ server: { mode: 'manual' } });
  await world.open();
  world.server.ready();
  await world.clock.advance(0);
  const outgoing = world.client.send('mine');
  await world.clock.advance(0);
  const joins = () => sentFrames(world.server.connection, 'join_conversation').length;
  return { ...world, outgoing, joins, key: world.client.snapshot.messages[0]?.key };
}

const refusal: Step = (server, messageId) => {
  const payload = { code: 'RATE_LIMIT', message: 'not now', messageId, retryAfterMs: 1_000 };
  server.sendFrame({ type: 'error', payload });
};

describe('an own message', () => {
  test.each<[string, readonly Step[]]>([
    ['before', [refusal, echo(1)]],
    ['behind', [echo(1), refusal]],
  ])(
    'F28 DS-9 that is not taken now, and arrived by another way %s that, leaves no number that the server waits for',
    async (_what, steps) => {
      const { client, server, clock, outgoing } = await openSent();

      for (const step of steps) step(server, outgoing.id);
      await clock.advance(100);
      client.send('next');
      await clock.advance(5_000);

      const [first, ...more] = sentFrames(server.connection, 'send_message').map(({ payload }) => payload['producer']);
      expect(first).toMatchObject({ seq: 1 });
      expect(more).toEqual([{ id: expect.any(String), seq: 1 }]);
      expect(more).not.toEqual([first]);
      client.dispose();
    },
  );

  test.each<[string, readonly Step[]]>([
    ['ack, then copy', [ack(1), echo(1)]],
    ['copy, then ack', [echo(1), ack(1)]],
    ['copy only', [echo(1)]],
    ['ack only', [ack(1)]],
    ['all of it twice', [ack(1), echo(1), ack(1), echo(1)]],
  ])('G16 F27 is one row with its first key: %s', async (_what, steps) => {
    const { client, server, clock, outgoing, key, joins } = await openSent();
    const received = listen(client, 'message-received');

    for (const step of steps) step(server, outgoing.id);
    await clock.advance(100);

    expect(client.snapshot.messages).toMatchObject([{ key, id: `${ID}/epoch-1/1`, seq: 1, delivery: 'sent' }]);
    expect(await outgoing.acked).toMatchObject({ id: `${ID}/epoch-1/1`, seq: 1 });
    expect([received, joins()]).toEqual([[], 1]);
    client.dispose();
  });

  const theirs: Step = (server) => server.emit('theirs');
  const store: Step = (server, id) => server.dropAck(id);
  const wrongAck = (seq: number) => ack(seq, `${ID}/epoch-1/2`);
  test.each<[string, readonly Step[]]>([
    ['copy, then ack', [theirs, store, wrongAck(1)]],
    ['ack, then copy', [wrongAck(1), theirs, store]],
    ['ack for a place that is taken, then copy', [theirs, wrongAck(1), store]],
    ['ack far ahead, then copy', [wrongAck(9), theirs, store]],
  ])('F27 stands where the log has it, and the log is looked at: %s', async (_what, steps) => {
    const { client, server, clock, outgoing, key, joins } = await openSent();

    for (const step of steps) step(server, outgoing.id);
    await clock.advance(100);

    const rows = client.snapshot.messages.map(({ content, seq }) => [content, seq]);
    expect(rows).toEqual([
      ['theirs', 1],
      ['mine', 2],
    ]);
    expect(client.snapshot.messages[1]?.key).toBe(key);
    expect(await outcomeOf(outgoing.acked)).toBe('resolved');
    expect(joins()).toBe(2);
    expect(client.metrics().contradictions).toBe(1);
    client.dispose();
  });

  test('C15 F27 an ack for an unknown id changes nothing', async () => {
    const { client, server, clock, outgoing, joins } = await openSent();
    const before = client.snapshot.messages;

    ack(1)(server, 'nobody knows it');
    ack(1)(server, '__proto__');
    await clock.advance(100);

    expect(client.snapshot.messages).toBe(before);
    expect([await outcomeOf(outgoing.acked), joins()]).toEqual(['pending', 1]);
    client.dispose();
  });

  test('RX-3 F31 whose ack shows that the log goes on brings what was missed', async () => {
    const { client, server, clock, outgoing } = await openSent();
    server.emit('lost', { isLost: true });

    server.ack(outgoing.id);
    await clock.advance(1_000);

    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['lost', 'mine']);
    client.dispose();
  });
});

describe('a log that contradicts itself', () => {
  test('F37 with another message at a number that is taken is looked at again, and what is shown stays', async () => {
    const { client, server, clock, joins } = await openSent();
    other(1)(server, '');
    await clock.advance(100);
    const before = client.snapshot.messages;
    // What the log says of it is another question.
    server.ignore('join_conversation');
    const false1 = { id: 'forged', conversationId: ID, senderId: 'user-2', content: 'forged', timestamp: '' };

    server.sendFrame({
      type: 'new_message',
      payload: { conversationId: ID, epoch: 'epoch-1', seq: 1, message: false1 },
    });
    await clock.advance(0);
    const shown = client.snapshot.messages;

    expect(shown).toBe(before);
    expect([client.metrics().contradictions, joins()]).toEqual([1, 2]);
    client.dispose();
  });

  test('RX-3 F32 a head that is lower than what is here is old news', async () => {
    const { client, server, clock, joins } = await openSent();
    other(1)(server, '');
    other(2)(server, '');

    server.sendFrame({ type: 'pong', payload: { latest: { [ID]: 1, elsewhere: 7 } } });
    await clock.advance(5_000);

    expect(client.snapshot.messages).toHaveLength(3);
    expect(joins()).toBe(1);
    client.dispose();
  });
});
