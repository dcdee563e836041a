import { describe, expect, test } from 'vitest';
import { serverFrameSchema } from '../../src/protocols/envelope/schema.js';
import { manualClock } from '../../src/testing/manual-clock.js';
import { mockServer } from '../../src/testing/mock-server.js';
import { mockTransport } from '../../src/testing/mock-transport.js';
import type { MockServerOptions } from '../../src/testing/server/server-script.js';
import { settle } from '../../src/testing/settle.js';

const HERE = 'conversation-1';

describe('A mock server in auto mode', () => {
  test('accepts, greets, answers the join, tells all of a message and then acks it', async () => {
    const { dial } = world({ mode: 'auto' });
    const other = await dial();
    await other.join();
    const client = await dial();
    await client.join();

    await client.sendMessage('m-1', 'Hello');

    expect(client.types()).toEqual(['connected', 'conversation_history', 'new_message', 'ack']);
    expect(client.last('ack')).toEqual({ messageId: 'm-1', id: `${HERE}/epoch-1/1`, seq: 1, duplicate: false });
    expect(other.last('new_message')).toMatchObject({ seq: 1, message: { content: 'Hello', clientMessageId: 'm-1' } });
  });

  test('takes several frames in one text where its hello says so', async () => {
    const { dial, server } = world({ mode: 'auto', hello: { batch: true } });
    const client = await dial();
    const payload = { conversationId: HERE, content: 'Hello' };

    await client.sendText(
      JSON.stringify([
        { type: 'join_conversation', payload: { conversationId: HERE } },
        { type: 'send_message', messageId: 'm-1', payload },
        'nonsense',
        { type: 'ping' },
      ]),
    );

    expect(client.types()).toEqual(['connected', 'conversation_history', 'new_message', 'ack', 'error', 'pong']);
    expect(server.log.map(({ content }) => content)).toEqual(['Hello']);
  });

  test.each([{}, { batch: false }])('takes an array for no frame where its hello does not (%j)', async (hello) => {
    const { dial } = world({ mode: 'auto', hello });
    const client = await dial();

    await client.sendText(JSON.stringify([{ type: 'ping' }]));

    expect(client.types()).toEqual(['connected', 'error']);
    expect(client.last('error')).toMatchObject({ code: 'PARSE_ERROR' });
  });

  test('c3 answers a repeat with the first result and tells nobody again', async () => {
    const { dial, server } = world({ mode: 'auto' });
    const client = await dial();
    await client.join();

    await client.sendMessage('m-1', 'Hello');
    await client.sendMessage('m-1', 'Hello');

    expect(client.types().slice(2)).toEqual(['new_message', 'ack', 'ack']);
    expect(client.last('ack')).toMatchObject({ seq: 1, duplicate: true });
    expect(server.log).toHaveLength(1);
  });

  test('stores a repeat twice where its hello says that it does not deduplicate', async () => {
    const { dial, server } = world({ mode: 'auto', hello: { deduplicates: false } });
    const client = await dial();
    await client.join();

    await client.sendMessage('m-1', 'Hello');
    await client.sendMessage('m-1', 'Hello');

    expect(client.last('connected')).toMatchObject({ deduplicates: false });
    expect(server.log.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('refuses a message of a producer that skips a number, and takes it in its turn', async () => {
    const { dial, server } = world({ mode: 'auto' });
    const client = await dial();
    await client.join();

    await client.sendMessage('m-2', 'second', 2);
    await client.sendMessage('m-1', 'first', 1);
    await client.sendMessage('m-2', 'second', 2);

    expect(client.last('error')).toMatchObject({ code: 'OUT_OF_ORDER', messageId: 'm-2', expected: 1 });
    expect(server.log.map(({ content }) => content)).toEqual(['first', 'second']);
  });

  test('loses or refuses what it was told to, in order, and nothing after that', async () => {
    const { dial, server } = world({ mode: 'auto' });
    const client = await dial();
    await client.join();
    server.dropAck();
    server.nack('RATE_LIMIT', { retryAfterMs: 500 });

    await client.sendMessage('m-1', 'unacked', 1);
    await client.sendMessage('m-2', 'refused', 2);
    await client.sendMessage('m-3', 'fine', 2);

    expect(server.log.map(({ content }) => content)).toEqual(['unacked', 'fine']);
    expect(client.all('ack').map(({ messageId }) => messageId)).toEqual(['m-3']);
    expect(client.last('error')).toMatchObject({ code: 'RATE_LIMIT', messageId: 'm-2', retryAfterMs: 500 });
  });

  test('speaks nothing but the base dialect where it is told to', async () => {
    const { dial, server } = world({ mode: 'auto', dialect: 'base' });
    const client = await dial();
    await client.join();
    await client.sendMessage('m-1', 'Hello');
    await client.send({ type: 'ping' });
    server.expireToken();
    await settle();

    const [hello, history, message, ack, pong, error] = client.frames();

    expect(hello).toMatchObject({ type: 'connected', payload: { userId: 'user-1' } });
    expect(Object.keys(hello?.payload ?? {})).toEqual(['userId']);
    expect(history?.payload).toEqual({ conversationId: HERE, messages: [] });
    expect(Object.keys(message?.payload ?? {})).toEqual(['conversationId', 'message']);
    expect(ack?.payload).toEqual({ messageId: 'm-1' });
    expect(pong).not.toHaveProperty('payload');
    expect(error?.payload).toMatchObject({ code: 'INVALID_TOKEN' });
    expect(client.connection.end).toMatchObject({ code: 1008 });
    expect(() => server.stream('no')).toThrow(/no streams/);
  });

  test('resumes after a cursor: full, partial when there was too much, none in another epoch', async () => {
    const { dial, server } = world({ mode: 'auto' });
    for (const content of ['one', 'two', 'three']) server.emit(content);
    const client = await dial();

    await client.join({ after: { epoch: 'epoch-1', seq: 1 } });
    await client.join({ after: { epoch: 'epoch-1', seq: 0 }, limit: 2 });
    server.newEpoch();
    await client.join({ after: { epoch: 'epoch-1', seq: 3 } });

    const answers = client.all('conversation_history');
    expect(answers.map(({ recovered, latestSeq, epoch }) => [recovered, latestSeq, epoch])).toEqual([
      ['full', 3, 'epoch-1'],
      ['partial', 3, 'epoch-1'],
      ['none', 0, 'epoch-2'],
    ]);
    expect(answers.map(({ messages }) => (Array.isArray(messages) ? messages.length : null))).toEqual([2, 2, 0]);
  });

  test('answers pings, pages of history, typing, read marks, new tokens and nonsense', async () => {
    const { dial, server, transport } = world({ mode: 'auto', hello: { expiresInMs: 60_000 } });
    for (const content of ['one', 'two', 'three']) server.emit(content);
    const [client, other] = [await dial(), await dial()];
    await client.join();
    await other.join();

    await client.send({ type: 'ping' });
    await client.send({ type: 'load_history', payload: { conversationId: HERE, before: 3, limit: 1 } });
    await client.send({ type: 'typing', payload: { conversationId: HERE } });
    await client.send({ type: 'mark_read', payload: { conversationId: HERE, messageIds: ['x'] } });
    await client.send({ type: 'authenticate', payload: { token: 'fresh-secret' } });
    await client.send({ type: 'wave' });
    await client.sendText('{');

    expect(client.last('pong')).toEqual({ latest: { [HERE]: 3 } });
    expect(client.last('history_page')).toMatchObject({ hasOlder: true, messages: [{ content: 'two' }] });
    expect(other.types()).toContain('user_typing');
    expect(client.types()).not.toContain('user_typing');
    expect(other.last('messages_read')).toMatchObject({ messageIds: ['x'], readBy: 'user-1', seq: 4 });
    expect(client.last('authenticated')).toEqual({ expiresInMs: 60_000 });
    expect(server.renewedTokens).toEqual(['fresh-secret']);
    expect(transport.transcript()).not.toContain('fresh-secret');
    expect(client.all('error').map(({ code }) => code)).toEqual(['UNKNOWN_TYPE', 'PARSE_ERROR']);
  });
});

describe('A mock server in manual mode', () => {
  test('does nothing until it is told, and then greets', async () => {
    const { dial, server } = world();
    const client = await dial();
    const stateBefore = client.connection.state;

    server.ready({ sessionId: 'mine' });
    await settle();

    expect(stateBefore).toBe('connecting');
    expect(client.last('connected')).toMatchObject({ protocol: 'chatsocket.v1', sessionId: 'mine' });
  });

  test('keeps messages pending until each is decided', async () => {
    const { server, client } = await readyWorld();
    await client.sendMessage('m-1', 'one');
    await client.sendMessage('m-2', 'two');
    await client.sendMessage('m-3', 'three');
    await client.sendMessage('m-4', 'four');

    server.ack('m-2');
    server.dropAck();
    server.nack('VALIDATION_ERROR', { id: 'm-4' });
    server.duplicateAck();
    server.duplicateAck('m-2');
    await settle();

    expect(server.pending).toEqual([]);
    expect(server.log.map(({ content }) => content)).toEqual(['two', 'one', 'three']);
    expect(client.all('ack').map(({ messageId, duplicate }) => [messageId, duplicate])).toEqual([
      ['m-2', false],
      ['m-3', false],
      ['m-3', true],
      ['m-2', true],
    ]);
    expect(client.last('error')).toMatchObject({ code: 'VALIDATION_ERROR', messageId: 'm-4' });
  });

  test('says which messages are pending when it is told to ack another', async () => {
    const { server, client } = await readyWorld();
    await client.sendMessage('m-1', 'one');

    expect(() => server.ack('m-9')).toThrow('Message m-9 is not pending on the mock server. Pending: m-1.');
  });

  test('fails with the transcript when there is no connection', () => {
    const { server } = world();

    expect(() => server.ready()).toThrow(/no connection yet/);
  });

  test('readyNext waits for the dial', async () => {
    const { server, clock, transport } = world();
    const ignore = () => {};
    const handlers = { opened: ignore, received: ignore, receivedBinary: ignore, closed: ignore };
    clock.startTimer(() => transport.open({ url: 'ws://mock/', subprotocols: [] }, handlers), 900);

    const connection = await server.readyNext({ withinMs: 1_000 });

    expect(connection.state).toBe('open');
  });
});

describe('What somebody else says on a mock server', () => {
  test('UP-06 leaves gaps where frames are lost or numbers skipped, and can be replayed', async () => {
    const { server, client } = await readyWorld();

    server.emit('one');
    server.emit('lost', { isLost: true });
    server.skipSeq(2);
    server.emit('five', { role: 'assistant' });
    server.replay(2);
    await settle();

    expect(client.all('new_message').map(({ seq }) => seq)).toEqual([1, 5, 2, 5]);
    expect(server.log.map(({ seq }) => seq)).toEqual([1, 2, 5]);
  });

  test('is delivered in another order than it was said', async () => {
    const { server, client } = await readyWorld();

    server.reorder(['one', 'two', 'three']);
    server.reorder(['four', 'five'], [1, 0, 0]);
    await settle();

    expect(client.all('new_message').map(({ seq }) => seq)).toEqual([3, 2, 1, 5, 4, 4]);
  });

  test('reaches only those who joined', async () => {
    const { dial, server } = world({ mode: 'auto' });
    const stranger = await dial();

    server.emit('secret', { conversationId: 'elsewhere' });
    await settle();

    expect(stranger.types()).toEqual(['connected']);
  });

  test('streams in chunks that a drop cuts and a resume completes', async () => {
    const { dial, server } = world({ mode: 'auto' });
    const first = await dial();
    await first.join();

    const stream = server.stream('Hello, dear world', { chunk: 5, dropAt: 2, duplicate: true });
    await settle();
    const second = await dial();
    await second.join({ after: { epoch: 'epoch-1', seq: 1 }, streams: [{ messageId: stream.id, offset: 10 }] });

    expect(first.connection.end?.code).toBe(1006);
    expect(server.log).toMatchObject([{ content: 'Hello, dear world', isStreaming: false }]);
    expect(second.last('message_delta')).toEqual({ id: stream.id, offset: 10, text: 'r world' });
    expect(second.last('message_end')).toEqual({ id: stream.id, length: 17, status: 'done' });
  });

  test('streams piece by piece until the client stops it', async () => {
    const { server, client } = await readyWorld();
    const stream = server.startStream({ inReplyTo: 'm-1' });
    stream.write('Hello');
    stream.write(' lost', { copies: 0 });

    await client.send({ type: 'cancel_stream', payload: { messageId: stream.id } });
    stream.write(' too late');
    stream.end();
    await settle();

    expect(client.types().slice(2)).toEqual(['message_start', 'message_delta', 'message_end']);
    expect(client.last('message_end')).toMatchObject({ length: 10, status: 'stopped' });
    expect([stream.content, stream.isOver]).toEqual(['Hello lost', true]);
  });

  test('warns of tokens and restarts, tells of typing, and expires a token', async () => {
    const { server, client } = await readyWorld();

    server.warnTokenExpiring(5_000);
    server.announceRestart(2_000);
    server.setTyping(true);
    server.setTyping(false);
    server.expireToken();
    await settle();

    expect(client.types().slice(2)).toEqual([
      'token_expiring_soon',
      'server_restarting',
      'user_typing',
      'user_stop_typing',
    ]);
    expect(client.connection.end).toEqual({ code: 4401, reason: 'token expired' });
  });
});

function world(options: Omit<MockServerOptions, 'transport'> = {}) {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const server = mockServer({ clock, ...options, transport });
  return { clock, transport, server, dial: () => dial(transport) };
}

async function readyWorld() {
  const { server, dial: dialNow } = world();
  const client = await dialNow();
  server.ready();
  await settle();
  await client.join();
  return { server, client };
}

type Frame = ReturnType<typeof serverFrameSchema.parse>;

/** A client that only talks; every frame that it hears must be one that the schema knows. */
async function dial(transport: ReturnType<typeof mockTransport>) {
  const frames: Frame[] = [];
  const ignore = () => {};
  const socket = transport.open(
    { url: 'ws://mock/', subprotocols: [] },
    {
      opened: ignore,
      received: (text) => frames.push(serverFrameSchema.parse(JSON.parse(text))),
      receivedBinary: ignore,
      closed: ignore,
    },
  );
  const connection = await transport.nextConnection();
  await settle();
  const sendText = async (text: string) => {
    socket.send(text);
    await settle();
  };
  const send = (frame: Readonly<Record<string, unknown>>) => sendText(JSON.stringify(frame));
  const all = (type: Frame['type']): Record<string, unknown>[] =>
    frames.filter((frame) => frame.type === type).map(({ payload }) => ({ ...Object(payload) }));
  return {
    connection,
    sendText,
    send,
    all,
    frames: () => frames,
    types: () => frames.map(({ type }) => type),
    last: (type: Frame['type']) => all(type).at(-1),
    join: (payload: Readonly<Record<string, unknown>> = {}) =>
      send({ type: 'join_conversation', payload: { conversationId: HERE, ...payload } }),
    sendMessage: (messageId: string, content: string, seq?: number) => {
      const producer = seq === undefined ? {} : { producer: { id: 'p', seq } };
      return send({ type: 'send_message', messageId, payload: { conversationId: HERE, content, ...producer } });
    },
  };
}
