import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, sentFrames, watchEvents } from './chat-log.js';

const RETRY_MS = 6_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `m${index + 1}`);

describe('messages of others', () => {
  test('UP-16 RX-1 a hundred in one tick are told one by one, in their order', async () => {
    const { client, open, server, clock } = createTestClient({ client: { inbox: { historyMax: 200 } } });
    await open();
    const received = listen(client, 'message-received');

    for (const text of numbered(100)) server.emit(text);
    await clock.advance(100);

    expect(received.map(({ message }) => message.content)).toEqual(numbered(100));
    expect(contents(client.snapshot.messages)).toEqual(numbered(100));
    client.dispose();
  });

  test('RX-1 F33 F34 out of order and doubled are told once and in order', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const received = listen(client, 'message-received');

    server.reorder(['one', 'two', 'three', 'four'], [2, 0, 3, 1]);
    await clock.advance(0);
    server.replay();
    await clock.advance(100);

    expect(received.map(({ message }) => message.content)).toEqual(['one', 'two', 'three', 'four']);
    expect(client.metrics().duplicatesDropped).toBeGreaterThanOrEqual(4);
    client.dispose();
  });

  test('UP-06 F31 one that was lost on the way is fetched before the next is told', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const events = watchEvents(client);
    server.emit('lost on the way', { isLost: true });

    server.emit('arrives');
    await clock.advance(299);
    const meanwhile = contents(client.snapshot.messages);
    await clock.advance(101);

    expect(meanwhile).toEqual([]);
    expect(contents(client.snapshot.messages)).toEqual(['lost on the way', 'arrives']);
    expect(events.map(({ name }) => name)).toEqual(['message-received', 'message-received', 'gap-recovered']);
    expect(events[2]?.payload).toEqual({ conversationId: 'conversation-1', fromSeq: 1, toSeq: 1 });
    expect(sentFrames(server.connection, 'join_conversation')).toHaveLength(1);
    client.dispose();
  });

  test('UP-06 F31 a number that nobody can have holds up nothing, and is asked for once', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    server.emit('one');
    await clock.advance(0);
    const gaps = listen(client, 'gap-detected');
    server.skipSeq(3);

    server.emit('five');
    await clock.advance(5_000);

    expect(contents(client.snapshot.messages)).toEqual(['one', 'five']);
    expect(sentFrames(server.connection, 'fetch_range')).toHaveLength(1);
    expect(gaps).toEqual([{ conversationId: 'conversation-1', fromSeq: 2, toSeq: 4 }]);
    expect(client.metrics().messagesLost).toBe(3);
    server.emit('six');
    await clock.advance(100);
    expect(contents(client.snapshot.messages)).toEqual(['one', 'five', 'six']);
    client.dispose();
  });

  test('RX-3 UP-06 F32 the last one, lost before silence, is found by the next ping', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    server.emit('lost at the tail', { isLost: true });

    await clock.advance(26_000);

    expect(contents(client.snapshot.messages)).toEqual(['lost at the tail']);
    client.dispose();
  });

  test.each([0, 1, 5])('RX-4 UP-06 missed while away are caught up with, after %d seen ones', async (seen) => {
    const { client, open, server, clock, transport } = createTestClient();
    await open();
    await transport.nextConnection();
    for (const text of numbered(seen)) server.emit(text);
    await clock.advance(100);
    server.connection.dropAbruptly();
    server.emit('missed');

    const second = await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    expect(sentFrames(second, 'join_conversation')[0]?.payload['after']).toEqual({ epoch: 'epoch-1', seq: seen });
    expect(contents(client.snapshot.messages)).toEqual([...numbered(seen), 'missed']);
    expect(client.snapshot.connection).toMatchObject({ recovered: 'full' });
    client.dispose();
  });

  test('RX-5 RX-6 that are more than the history keeps are no loss: it begins anew, and pages go back', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    for (let count = 1; count <= 5; count += 1) server.emit(`m${count}`);
    await clock.advance(100);
    await client.close();
    for (let count = 6; count <= 1_505; count += 1) server.emit(`m${count}`);
    const gaps = listen(client, 'gap-detected');
    const resets = listen(client, 'history-reset');
    const received = listen(client, 'message-received');
    client.connect();
    await clock.advance(30_000);

    const seqs = () => client.snapshot.messages.map(({ seq }) => seq);
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
    expect([gaps, resets.length, client.metrics().messagesLost]).toEqual([[], 1, 0]);
    expect(received.map(({ message }) => message.seq)).toEqual(range(1_406, 1_505));
    expect([seqs(), client.snapshot.hasOlder]).toEqual([range(1_406, 1_505), true]);
    await client.loadOlder({ limit: 50 });
    await client.loadOlder({ limit: 1_000 });
    expect(seqs()).toEqual(range(356, 1_505));
    await client.loadOlder({ limit: 1_000 });
    expect([seqs(), client.snapshot.hasOlder]).toEqual([range(1, 1_505), false]);
    client.dispose();
  });

  test('RX-5 F36 of which the server kept only the last are told as a gap, never silently', async () => {
    const { client, open, server, clock, transport } = createTestClient({ client: { inbox: { historyMax: 3 } } });
    await open();
    await transport.nextConnection();
    server.emit('m1');
    await clock.advance(100);
    const gaps = listen(client, 'gap-detected');
    server.connection.dropAbruptly();
    for (let count = 2; count <= 10; count += 1) server.emit(`m${count}`);
    server.cutBefore(8);

    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    expect(gaps).toEqual([{ conversationId: 'conversation-1', fromSeq: 2, toSeq: 7 }]);
    expect(client.snapshot.connection).toMatchObject({ recovered: 'partial' });
    expect(client.metrics().messagesLost).toBe(6);
    expect(contents(client.snapshot.messages)).toEqual(['m8', 'm9', 'm10']);
    client.dispose();
  });

  test.each([
    ['while away', true],
    ['while connected', false],
  ])('RX-5 F24 F37 of another log, begun %s, replace the history, told once', async (_when, isAway) => {
    const { client, open, server, clock, transport } = createTestClient();
    await open();
    await transport.nextConnection();
    for (const text of numbered(3)) server.emit(text);
    const pending = client.conversation('conversation-1');
    await clock.advance(100);
    const resets = listen(client, 'history-reset');
    if (isAway) server.connection.dropAbruptly();
    server.newEpoch();
    server.emit('new world');

    if (isAway) await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(1_000);

    expect(resets).toEqual([{ conversationId: 'conversation-1' }]);
    expect(contents(pending.snapshot.messages)).toEqual(['new world']);
    client.dispose();
  });
});

describe('frames that nobody can read', () => {
  test.each([
    ['no JSON', 'what?', 'not-json'],
    ['half of a frame', '{"type":"new_mess', 'not-json'],
    ['nothing', '', 'empty'],
    ['a number', '7', 'not-an-object'],
    ['null', 'null', 'not-an-object'],
    ['a frame of the wrong shape', '{"type":"new_message","payload":{}}', 'invalid-shape'],
    ['a seq of the wrong kind', '{"type":"ack","payload":{"messageId":"x","seq":"7"}}', 'invalid-shape'],
    ['a frame that is too long', `"${'x'.repeat(1_100_000)}"`, 'too-big'],
  ])(
    'UP-32 F38 F42 %s between good ones is dropped and told once, without its content',
    async (_what, text, reason) => {
      const { client, open, server, clock } = createTestClient();
      await open();
      const rejected = listen(client, 'frame-rejected');
      server.emit('before');

      server.connection.sendRaw(text);
      server.emit('after');
      await clock.advance(100);

      expect(rejected).toEqual([{ reason, sizeChars: text.length }]);
      expect(contents(client.snapshot.messages)).toEqual(['before', 'after']);
      expect(client.snapshot.connection.status).toBe('open');
      expect(client.metrics().framesRejected).toBe(1);
      client.dispose();
    },
  );

  test.each([
    ['x', 1_000, true],
    ['x', 1_100, false],
    ['é', 450, true],
    ['é', 600, false],
    ['語', 300, true],
    ['語', 400, false],
    ['😀', 220, true],
    ['😀', 300, false],
  ])('C6 a frame is measured in bytes: %s, %i times', async (character, count, isTaken) => {
    const { client, open, server, clock } = createTestClient({ client: { inbox: { frameBytesMax: 1_024 } } });
    await open();
    const rejected = listen(client, 'frame-rejected');
    const text = `{"type":"t","x":"${character.repeat(count)}"}`;

    server.connection.sendRaw(text);
    await clock.advance(100);

    expect(rejected).toEqual(isTaken ? [] : [{ reason: 'too-big', sizeChars: text.length }]);
    expect(client.metrics()).toMatchObject({ framesUnknown: isTaken ? 1 : 0, framesRejected: isTaken ? 0 : 1 });
    client.dispose();
  });

  test('UP-32 F42 binary is dropped too; unknown types and bare pings are no fault', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const rejected = listen(client, 'frame-rejected');

    server.connection.sendBinary(16);
    server.connection.sendRaw('{"type":"of_the_future","payload":{"x":1}}');
    server.connection.sendRaw('ping');
    server.connection.sendRaw('pong');
    server.emit('after');
    await clock.advance(100);

    expect(rejected).toEqual([{ reason: 'binary', sizeChars: 0 }]);
    expect(contents(client.snapshot.messages)).toEqual(['after']);
    client.dispose();
  });

  test('UP-32 twenty in a row lead to another dial, nineteen and a good one do not', async () => {
    const { client, open, server, clock, transport } = createTestClient();
    await open();
    for (let count = 0; count < 19; count += 1) server.connection.sendRaw('{');
    server.emit('good');
    for (let count = 0; count < 19; count += 1) server.connection.sendRaw('{');
    await clock.advance(0);
    const before = client.snapshot.connection.status;

    server.connection.sendRaw('{');
    await clock.advance(0);

    expect(before).toBe('open');
    expect(transport.connections[0]?.isLive).toBe(false);
    expect(client.snapshot.connection).toMatchObject({ status: 'connecting', cause: { kind: 'bad-frames' } });
    await clock.advance(RETRY_MS);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('F41 frames before the hello say nothing', async () => {
    const { client, open, server, clock } = createTestClient({ server: { mode: 'manual' } });
    const events = watchEvents(client);
    await open();
    server.connection.accept();
    server.sendFrame({ type: 'user_typing', payload: { conversationId: 'conversation-1', userId: 'user-2' } });
    server.sendFrame({ type: 'pong' });
    await clock.advance(100);

    expect(events.map(({ name }) => name).filter((name) => name !== 'status-changed')).toEqual([]);
    expect(client.snapshot.typing).toEqual([]);
    client.dispose();
  });
});

test('RX-7 what follows in one batch after the frame that ended the connection says nothing', async () => {
  const { client, open, server, clock } = createTestClient({ server: { mode: 'manual' } });
  const typing = listen(client, 'typing-changed');
  await open();
  server.connection.accept();
  const hello = { type: 'connected', payload: { userId: 'user-1' } };
  const refusal = { type: 'error', payload: { code: 'INVALID_TOKEN', message: 'no' } };
  const late = { type: 'user_typing', payload: { conversationId: 'conversation-1', userId: 'user-2' } };

  server.connection.sendRaw(JSON.stringify([hello, refusal, late]));
  await clock.advance(100);

  expect(client.snapshot.connection).toMatchObject({ status: 'connecting' });
  expect(typing).toEqual([]);
  client.dispose();
});

describe('the history', () => {
  test('RX-6 UP-38 is capped, and never evicts what is pending or growing', async () => {
    const { client, open, server, clock } = createTestClient({
      client: { inbox: { historyMax: 5 } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    const stream = server.startStream();
    stream.write('growing');
    client.send('pending');

    for (const text of numbered(50)) server.emit(text);
    await clock.advance(100);

    expect(contents(client.snapshot.messages)).toEqual(['growing', 'm47', 'm48', 'm49', 'm50', 'pending']);
    server.replay();
    await clock.advance(100);
    expect(contents(client.snapshot.messages)).toEqual(['growing', 'm47', 'm48', 'm49', 'm50', 'pending']);
    client.dispose();
  });

  test('UP-38 of twenty thousand messages holds a hundred', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    let received = 0;
    client.on('message-received', () => {
      received += 1;
    });

    for (let round = 0; round < 200; round += 1) {
      for (let count = 0; count < 100; count += 1) server.emit('x');
      await clock.advance(1);
    }
    await clock.advance(100);

    expect(received).toBe(20_000);
    expect(client.snapshot.messages).toHaveLength(100);
    expect(client.snapshot.messages.at(-1)?.seq).toBe(20_000);
    client.dispose();
  });

  test('of a conversation that is left is gone, and its frames are dropped', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const other = client.conversation('other');
    server.emit('seen', { conversationId: 'other' });
    await clock.advance(100);
    const before = contents(other.snapshot.messages);
    const received = listen(client, 'message-received');

    other.leave();
    server.emit('not seen', { conversationId: 'other' });
    await clock.advance(100);

    expect(before).toEqual(['seen']);
    expect(other.snapshot.messages).toEqual([]);
    expect(received).toEqual([]);
    client.conversation('other');
    await clock.advance(100);
    expect(contents(other.snapshot.messages)).toEqual(['seen', 'not seen']);
    client.dispose();
  });

  test('of a conversation that is left comes with another handle, and both act on it', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const left = client.conversation('other');

    left.leave();

    const other = client.conversation('other');
    expect(other).not.toBe(left);
    expect(client.conversation('other')).toBe(other);
    server.emit('seen', { conversationId: 'other' });
    await clock.advance(100);
    expect(contents(left.snapshot.messages)).toEqual(['seen']);
    expect(left.snapshot).toBe(other.snapshot);
    client.dispose();
  });

  test('UP-03 of a conversation that is left while it is joined does not keep the client from opening', async () => {
    const { client, open, server, clock } = createTestClient({ server: { mode: 'manual' } });
    const other = client.conversation('other');
    await open();
    server.connection.accept();
    server.connection.onFrame(() => other.leave());

    server.ready();
    await clock.advance(100);

    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});
