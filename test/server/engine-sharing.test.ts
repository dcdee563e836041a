import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageEntry } from '../../examples/server/engine/records.js';
import type { EngineBench } from './support/engine-bench.js';
import { SharedBench } from './support/shared-bench.js';

/** Ada is at the first server, Bob at the second, and both have joined. */
async function shared(options: ConstructorParameters<typeof SharedBench>[1] = {}): Promise<{
  bench: SharedBench;
  ada: EngineBench;
  bob: EngineBench;
}> {
  const bench = new SharedBench(2, options);
  await bench.settle();
  const [ada, bob] = [bench.engine(0), bench.engine(1)];
  ada.connect('ada');
  bob.connect('bob');
  ada.join('ada');
  bob.join('bob');
  await bench.settle();
  return { bench, ada, bob };
}

function seqsHeard(engine: EngineBench, connectionId: string): readonly number[] {
  return engine.framesOf(connectionId).flatMap((frame) => {
    switch (frame.type) {
      case 'new_message':
        return [frame.payload.message.seq ?? 0];
      case 'message_start':
      case 'messages_read':
      case 'message_updated':
      case 'message_deleted':
        return [frame.payload.seq ?? 0];
      default:
        return [];
    }
  });
}

function messagesIn(entries: readonly { kind: string }[]): readonly MessageEntry[] {
  // Entries of this kind have this form.
  return entries.filter((entry): entry is MessageEntry => entry.kind === 'message');
}

describe('servers that share a store', () => {
  it('found a room once, whoever is first, and under one epoch', async () => {
    const { ada, bob } = await shared();

    expect(ada.last('ada', 'conversation_history').epoch).toBe(bob.last('bob', 'conversation_history').epoch);
    expect(ada.last('ada', 'conversation_history').epoch).toContain('s1');
  });

  it('SV-5 tell everybody of a message, and give two that were sent at once places of their own', async () => {
    const { bench, ada, bob } = await shared();

    ada.send('ada', 'm1');
    bob.send('bob', 'm2');
    await bench.settle();

    expect(ada.last('ada', 'ack')).toMatchObject({ messageId: 'm1', seq: 1, duplicate: false });
    expect(bob.last('bob', 'ack')).toMatchObject({ messageId: 'm2', seq: 2, duplicate: false });
    expect(seqsHeard(ada, 'ada')).toEqual([1, 2]);
    expect(seqsHeard(bob, 'bob')).toEqual([1, 2]);
  });

  it('SV-2 know a copy whose first one another server is about to store', async () => {
    const { bench, ada, bob } = await shared();
    bob.connect('ada-again', 'ada');
    bob.join('ada-again');

    ada.send('ada', 'm1');
    await bench.write(0);
    bob.send('ada-again', 'm1');
    await bench.settle();

    expect(ada.last('ada', 'ack')).toMatchObject({ messageId: 'm1', seq: 1, duplicate: false });
    expect(bob.last('ada-again', 'ack')).toMatchObject({ messageId: 'm1', seq: 1, duplicate: true });
    expect(await bench.logOf()).toHaveLength(1);
  });

  it('SV-3 refuse other content under an id that another server has stored meanwhile', async () => {
    const { bench, ada, bob } = await shared();
    bob.connect('ada-again', 'ada');

    ada.send('ada', 'm1');
    await bench.write(0);
    bob.send('ada-again', 'm1', { content: 'something else' });
    await bench.settle();

    expect(bob.last('ada-again', 'error')).toMatchObject({ code: 'ID_CONFLICT', messageId: 'm1' });
    expect(await bench.logOf()).toHaveLength(1);
  });

  it('RX-3 hold a join from a place that this server has not heard of until it has', async () => {
    const { bench, ada, bob } = await shared();
    const { epoch = '' } = ada.last('ada', 'conversation_history');
    ada.send('ada', 'm1');
    await bench.write(0);
    bench.tell(0);
    bob.connect('ada-again', 'ada');

    bob.join('ada-again', { after: { epoch, seq: 1 } });
    await bench.settle();

    expect(bob.last('ada-again', 'conversation_history')).toMatchObject({
      recovered: 'full',
      latestSeq: 1,
      messages: [],
    });
  });

  it('find a conversation that was founded at another server a moment ago', async () => {
    const { bench, ada, bob } = await shared();
    const memberIds = ['ada', 'bob'];
    ada.input({ type: 'conversation-created', conversationId: 'c-1', memberIds, assistant: 'never' });
    await bench.write(0);

    bob.send('bob', 'm1', { conversationId: 'c-1' });
    await bench.settle();

    expect(bob.last('bob', 'ack')).toMatchObject({ messageId: 'm1', seq: 1 });
    expect(ada.framesOfType('ada', 'new_message')).toMatchObject([{ payload: { conversationId: 'c-1' } }]);
  });

  it('tell typing to those who look, wherever they are, and store nothing of it', async () => {
    const { bench, ada, bob } = await shared();

    ada.receive('ada', { type: 'typing', payload: { conversationId: 'lobby' } });
    await bench.settle();

    expect(bob.last('bob', 'user_typing')).toEqual({ conversationId: 'lobby', userId: 'ada' });
    expect(ada.framesOfType('ada', 'user_typing')).toEqual([]);
  });

  it('mark as read once, though two servers hear of it at the same time', async () => {
    const { bench, ada, bob } = await shared();
    ada.send('ada', 'm1');
    await bench.settle();
    const { id = '' } = ada.last('ada', 'ack');
    ada.connect('bob-too', 'bob');
    const mark: EnvelopeClientFrame = {
      type: 'mark_read',
      messageId: 'r',
      payload: { conversationId: 'lobby', messageIds: [id] },
    };

    ada.receive('bob-too', mark);
    bob.receive('bob', mark);
    await bench.settle();

    const entries = await bench.logOf();
    expect(entries.map((entry) => entry.kind)).toEqual(['message', 'read']);
    expect(messagesIn(entries)[0]?.readBy).toEqual(['bob']);
    expect([ada.last('bob-too', 'ack'), bob.last('bob', 'ack')]).toMatchObject([
      { messageId: 'r' },
      { messageId: 'r' },
    ]);
  });

  it("edit and delete each other's messages in one order", async () => {
    const { bench, ada, bob } = await shared();
    ada.send('ada', 'm1');
    await bench.settle();
    const { id = '' } = ada.last('ada', 'ack');

    ada.edit(id, 'new');
    bob.delete(id);
    await bench.settle();

    expect([ada.outcomeOf(`edit ${id}`), bob.outcomeOf(`delete ${id}`)]).toEqual(['stored', 'stored']);
    expect(bob.last('bob', 'message_updated').message).toMatchObject({ id, content: 'new' });
    expect(ada.last('ada', 'message_deleted')).toMatchObject({ id, seq: 3 });
    expect(messagesIn(await bench.logOf())[0]).toMatchObject({ deleted: true, content: '', changedSeq: 3 });
    bob.edit(id, 'too late');
    await bench.settle();
    expect(bob.outcomeOf(`edit ${id}`)).toBe('refused');
  });
});

describe('an answer that one of several servers writes', () => {
  async function asked() {
    const all = await shared();
    all.ada.send('ada', 'm1', { content: '@bot hello' });
    await all.bench.settle();
    const streamId = all.ada.last('ada', 'message_start').id;
    return { ...all, streamId, say: (text: string) => all.ada.input({ type: 'answer-extended', streamId, text }) };
  }

  it('ST-3 grows for everybody, from its start to its end', async () => {
    const { bench, ada, bob, streamId, say } = await asked();

    for (const text of ['Hi \ud83d', '\ude00 ', 'there']) {
      say(text);
      bob.send('bob', `between ${text.length}`);
      await bench.settle();
    }
    ada.input({ type: 'answer-ended', streamId, status: 'done' });
    await bench.settle();

    const told = (engine: EngineBench, user: string) =>
      engine.framesOf(user).filter(({ type }) => /^message_(start|delta|end)$/.test(type));
    expect(told(bob, 'bob')).toEqual(told(ada, 'ada'));
    expect(bob.last('bob', 'message_end')).toEqual({ id: streamId, length: 11, status: 'done' });
    expect(ada.effects.filter(({ type }) => type === 'start-answer')).toHaveLength(1);
    expect(bob.effects.filter(({ type }) => type === 'start-answer')).toHaveLength(0);
  });

  it('ST-3 goes on at another server from the offset that a client has', async () => {
    const { bench, bob, streamId, say } = await asked();
    const { epoch = '' } = bob.last('bob', 'conversation_history');
    say('One two');
    await bench.settle();
    bob.connect('ada-again', 'ada');

    bob.join('ada-again', { after: { epoch, seq: 2 }, streams: [{ messageId: streamId, offset: 4 }] });
    say(' three');
    await bench.settle();

    expect(bob.framesOfType('ada-again', 'message_delta').map(({ payload }) => payload)).toEqual([
      { id: streamId, offset: 4, text: 'two' },
      { id: streamId, offset: 7, text: ' three' },
    ]);
  });

  it('F94 is stopped by a member at another server, with the text that everybody has', async () => {
    const { bench, ada, bob, streamId, say } = await asked();
    say('One ');
    await bench.settle();

    bob.receive('bob', { type: 'cancel_stream', payload: { messageId: streamId } });
    await bench.write(1);
    say('two');
    await bench.settle();

    const end = { id: streamId, length: 4, status: 'stopped' };
    expect([ada.last('ada', 'message_end'), bob.last('bob', 'message_end')]).toEqual([end, end]);
    expect(ada.framesOfType('ada', 'message_delta')).toHaveLength(1);
    expect(ada.effects.filter(({ type }) => type === 'stop-answer')).toHaveLength(1);
    expect(messagesIn(await bench.logOf()).at(-1)).toMatchObject({ content: 'One ', stream: 'stopped' });
  });

  it('F96 ends as failed, once, where the server that wrote it is gone', async () => {
    const { bench, bob, streamId, say } = await asked();
    say('One ');
    await bench.settle();

    bob.input({ type: 'server-gone', serverId: 's1' });
    bob.input({ type: 'server-gone', serverId: 's1' });
    await bench.settle();

    expect(bob.framesOfType('bob', 'message_end').map(({ payload }) => payload)).toEqual([
      { id: streamId, length: 4, status: 'failed' },
    ]);
    expect(bob.engine.writers.size).toBe(0);
  });

  it('F96 goes on where another server drains', async () => {
    const { bench, bob, say } = await asked();
    say('One ');
    await bench.settle();

    bob.input({ type: 'drain-started', retryAfterMs: 1 });
    await bench.settle();

    expect(messagesIn(await bench.logOf()).at(-1)?.stream).toBe('streaming');
  });
});

/** What happens next: somebody acts at a server, a batch reaches the store, or a server is told of one. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('send' as const), server: fc.nat(2), id: fc.nat(11) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('read' as const), server: fc.nat(2), id: fc.nat(11) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('edit' as const), server: fc.nat(2), id: fc.nat(11) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('delete' as const), server: fc.nat(2), id: fc.nat(11) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('say' as const), server: fc.nat(2), id: fc.nat(11) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('end' as const), server: fc.nat(2), id: fc.nat(11) }) },
  { weight: 5, arbitrary: fc.record({ act: fc.constant('write' as const), server: fc.nat(2), id: fc.nat(0) }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('tell' as const), server: fc.nat(2), id: fc.nat(0) }) },
);

/** The same user at every server sends any of twelve messages, some of them to the assistant; ids repeat. */
async function take(
  bench: SharedBench,
  { act, server, id }: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
) {
  const engine = bench.engine(server);
  const messages = messagesIn(await bench.logOf());
  const meant = messages[id % Math.max(1, messages.length)]?.id ?? 'none';
  switch (act) {
    case 'send':
      return engine.send('eve', `m${id}`, { content: id % 4 === 0 ? `@bot ${id}` : `text ${id}` });
    case 'read':
      return engine.receive('bob', { type: 'mark_read', payload: { conversationId: 'lobby', messageIds: [meant] } });
    case 'edit':
      return engine.edit(meant, `edited at ${server}`);
    case 'delete':
      return engine.delete(meant);
    case 'say':
      return engine.input({ type: 'answer-extended', streamId: meant, text: `${server}` });
    case 'end':
      return engine.input({ type: 'answer-ended', streamId: meant, status: 'done' });
    case 'write':
      return void (await bench.write(server));
    case 'tell':
      return void bench.tell(server);
  }
}

/** How long each answer is that was told piece by piece, where every piece fits to the last. */
function textsHeard(engine: EngineBench): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  for (const frame of engine.framesOf('eve')) {
    if (frame.type === 'message_start') lengths.set(frame.payload.id, 0);
    if (frame.type !== 'message_delta') continue;
    expect(frame.payload.offset).toBe(lengths.get(frame.payload.id));
    lengths.set(frame.payload.id, frame.payload.offset + frame.payload.text.length);
  }
  return lengths;
}

function endsOf(engine: EngineBench | undefined): ReadonlyMap<string, number> {
  const ends = engine?.framesOfType('eve', 'message_end') ?? [];
  return new Map(ends.map(({ payload }) => [payload.id, payload.length]));
}

describe('however batches cross on their way', () => {
  it('SV-1 SV-2 SV-4 SV-5 SV-7 there is one log, one entry for each id, and everybody is told all of it in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 120 }), async (steps) => {
        const bench = new SharedBench(3);
        await bench.settle();
        const engines = [0, 1, 2].map((index) => bench.engine(index));
        for (const engine of engines) {
          engine.connect('eve');
          engine.connect('bob');
          engine.join('eve');
        }
        await bench.settle();

        for (const one of steps) await take(bench, one);
        await bench.settle();
        // The text of an answer is in the store for good once it has ended.
        bench.engine(0).input({ type: 'server-gone', serverId: 's1' });
        bench.engine(0).input({ type: 'server-gone', serverId: 's2' });
        bench.engine(0).input({ type: 'server-gone', serverId: 's3' });
        await bench.settle();

        const log = await bench.logOf();
        const ids = messagesIn(log).flatMap(({ clientMessageId }) => clientMessageId ?? []);
        expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
        expect(new Set(ids).size).toBe(ids.length);
        const seqOf = new Map(messagesIn(log).map(({ clientMessageId, seq }) => [clientMessageId, seq]));
        for (const engine of engines) {
          expect(seqsHeard(engine, 'eve')).toEqual(log.map(({ seq }) => seq));
          for (const { payload } of engine.framesOfType('eve', 'ack')) {
            expect(payload.seq).toBe(seqOf.get(payload.messageId));
          }
          expect(textsHeard(engine)).toEqual(endsOf(engines[0]));
          engine.connect('late', 'eve');
          engine.join('late', { limit: 1_000 });
          const { messages } = engine.last('late', 'conversation_history');
          expect(messages.map(({ content, deleted = false }) => [content, deleted])).toEqual(
            messagesIn(log).map(({ content, deleted }) => [content, deleted]),
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
