/** `stopStream()` in every state of an answer and of the connection: the text stays, and the server hears of it. */

import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { withAnswer } from './answering.js';
import { listen, sentFrames } from './chat-log.js';

const RETRY_MS = 6_000;

async function withStops(text = 'enough') {
  const world = await withAnswer(text);
  return { ...world, ended: listen(world.client, 'stream-ended') };
}

type World = Awaited<ReturnType<typeof withStops>>;

/** Cuts the connection; the client is offline until `comeBack`. */
async function goOffline({ server, clock }: World) {
  server.connection.dropAbruptly();
  await clock.advance(0);
}

async function comeBack({ transport, clock }: World) {
  const connection = await transport.nextConnection({ withinMs: RETRY_MS });
  await clock.advance(100);
  return connection;
}

function typesOf(received: readonly string[]) {
  // What a client of this library sends is an envelope.
  return received.map((text) => (JSON.parse(text) as { readonly type: string }).type);
}

describe('stopStream() of an answer', () => {
  const STATES: readonly (readonly [string, (world: World) => Promise<unknown>])[] = [
    ['streams', async () => {}],
    ['fell silent', ({ clock }) => clock.advance(61_000)],
    ['was taken up again', (world) => goOffline(world).then(() => comeBack(world))],
    [
      'waits for what got lost',
      async ({ stream, clock }) => {
        stream.write(' lost', { copies: 0 });
        await clock.advance(0);
      },
    ],
  ];

  test.each(STATES)('UP-15 that %s ends it here at once and there a moment later', async (_what, prepare) => {
    const world = await withStops();
    const { client, clock, stream, ended, row } = world;
    await prepare(world);
    const text = row()?.content;

    client.stopStream();
    const atOnce = [row()?.stream, row()?.content, client.snapshot.isResponding];
    await clock.advance(100);

    expect(atOnce).toEqual(['stopped', text, false]);
    expect(stream.isOver).toBe(true);
    expect(row()).toMatchObject({ content: text, stream: 'stopped' });
    expect(ended.map(({ status }) => status)).toEqual(['stopped']);
    client.dispose();
  });

  test('UP-15 offline is told to the server before it is asked to take anything up again', async () => {
    const world = await withStops();
    const { client, stream, ended, row } = world;
    await goOffline(world);

    client.stopStream();
    const atOnce = row();
    stream.write(' and more');
    const connection = await comeBack(world);

    expect(atOnce).toMatchObject({ content: 'enough', stream: 'stopped' });
    expect(typesOf(connection.received).slice(0, 2)).toEqual(['cancel_stream', 'join_conversation']);
    expect(stream.isOver).toBe(true);
    expect(row()).toMatchObject({ content: 'enough', stream: 'stopped' });
    expect(ended.map(({ status }) => status)).toEqual(['stopped']);
    client.dispose();
  });

  test.each(['authorizing', 'dialing', 'joining'])('UP-15 works while the client is %s', async (phase) => {
    const world = await withStops();
    const { client, stream, row, server, clock } = world;
    server.connection.dropAbruptly();
    for (let ms = 0; ms < RETRY_MS && phaseOf(world) !== phase; ms += 1) await clock.advance(1);
    const reached = client.snapshot.connection.status;

    client.stopStream(stream.id);
    await clock.advance(RETRY_MS);

    expect(reached).not.toBe('closed');
    expect([stream.isOver, row()?.stream, client.snapshot.connection.status]).toEqual([true, 'stopped', 'open']);
    client.dispose();
  });

  test('UP-15 is told on every connection until the server says that the answer is over', async () => {
    const world = await withStops();
    const { client, server, stream, clock } = world;
    server.connection.blackhole('to-server');
    client.stopStream();
    const cancels = [];
    for (let time = 0; time < 3; time += 1) {
      await goOffline(world);
      const connection = await comeBack(world);
      cancels.push(sentFrames(connection, 'cancel_stream').length);
    }

    await clock.advance(1_000);

    expect(cancels).toEqual([1, 0, 0]);
    expect(stream.isOver).toBe(true);
    client.dispose();
  });

  test('UP-15 RX-5 that the server has lost is refused under the name of the answer, and the join beside it goes on', async () => {
    const world = await withStops();
    const { client, clock, server, transport, stream } = world;
    const told = [listen(client, 'error'), listen(client, 'history-reset')];
    await goOffline(world);
    client.stopStream();
    server.ignore('cancel_stream');
    server.ignore('join_conversation');
    const connection = await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(0);

    const [cancel] = sentFrames(connection, 'cancel_stream');
    const refusal = { code: 'CONVERSATION_NOT_FOUND', message: 'no' };
    connection.sendRaw(JSON.stringify({ type: 'error', messageId: cancel?.messageId, payload: refusal }));
    await clock.advance(0);
    const { status } = client.snapshot.connection;
    const payload = { conversationId: 'conversation-1', messages: [], epoch: 'new', latestSeq: 0, recovered: 'none' };
    connection.sendRaw(JSON.stringify({ type: 'conversation_history', payload: { ...payload, hasOlder: false } }));
    await clock.advance(0);

    expect(cancel?.messageId).toBe(stream.id);
    expect([status, client.snapshot.connection.status]).toEqual(['connecting', 'open']);
    expect(client.snapshot.messages).toEqual([]);
    expect(told).toEqual([[], [expect.objectContaining({ conversationId: 'conversation-1' })]]);
    client.dispose();
  });

  test('UP-15 that the server has no more is told to it once', async () => {
    const world = await withStops();
    const { client, clock, server, transport, stream } = world;
    server.ignore('cancel_stream', 2);
    client.stopStream();
    await clock.advance(0);
    const refusal = { code: 'CONVERSATION_NOT_FOUND', message: 'no', messageId: stream.id };
    server.connection.sendRaw(JSON.stringify({ type: 'error', payload: refusal }));
    await clock.advance(0);

    await goOffline(world);
    const connection = await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    expect(typesOf(connection.received)).not.toContain('cancel_stream');
    client.dispose();
  });

  test('twice, of an unknown answer, and of one that is over does nothing', async () => {
    const world = await withStops();
    const { client, clock, server, ended } = world;
    const other = server.stream('another answer');
    await clock.advance(100);

    client.stopStream();
    client.stopStream();
    client.stopStream('unknown');
    client.stopStream(other.id);
    await clock.advance(100);

    expect(sentFrames(server.connection, 'cancel_stream')).toHaveLength(1);
    expect(ended.map(({ status }) => status)).toEqual(['done', 'stopped']);
    client.dispose();
  });

  test.each(['done', 'failed'] as const)('F94 that is %s at the same moment has one end', async (status) => {
    const world = await withStops();
    const { client, clock, stream, ended, row } = world;

    stream.write(' and more');
    stream.end(status);
    client.stopStream();
    await clock.advance(100);

    expect(ended.map((end) => end.status)).toEqual(['stopped']);
    expect(row()).toMatchObject({ content: 'enough', stream: 'stopped' });
    client.dispose();
  });

  test('F94 that was done a moment before stays done', async () => {
    const world = await withStops();
    const { client, clock, stream, ended, row } = world;

    stream.end();
    await clock.advance(0);
    client.stopStream(stream.id);
    await clock.advance(100);

    expect(ended.map(({ status }) => status)).toEqual(['done']);
    expect(row()?.stream).toBe('done');
    client.dispose();
  });

  test('UP-15 that has no chunk yet ends it without a word', async () => {
    const { client, clock, stream, row } = await withStops('');

    client.stopStream();
    stream.write('late');
    await clock.advance(100);

    expect(stream.isOver).toBe(true);
    expect(row()).toMatchObject({ content: '', stream: 'stopped' });
    client.dispose();
  });

  test('of nothing that grows does nothing: an answer is there to stop from its first frame on', async () => {
    const { client, open, clock, server } = createTestClient();
    await open();

    client.send('a question');
    client.stopStream();
    const before = client.snapshot.isResponding;
    const stream = server.startStream();
    await clock.advance(100);
    const responding = client.snapshot.isResponding;
    client.stopStream();

    expect([before, responding, client.snapshot.isResponding]).toEqual([false, true, false]);
    expect(stream.isOver).toBe(true);
    client.dispose();
  });

  test('takes the one that began last where none is named', async () => {
    const world = await withStops();
    const { client, clock, server, stream } = world;
    const second = server.startStream();
    await clock.advance(100);

    client.stopStream();
    const afterOne = [stream.isOver, second.isOver];
    client.stopStream();

    expect([afterOne, [stream.isOver, second.isOver]]).toEqual([
      [false, true],
      [true, true],
    ]);
    client.dispose();
  });
});

function phaseOf({ client }: World): string {
  const { connection } = client.snapshot;
  return connection.status === 'connecting' ? connection.phase : connection.status;
}
