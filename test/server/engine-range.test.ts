import { envelopeServerFrameSchema } from 'chatsocket/schemas';
import { describe, expect, it } from 'vitest';
import type { EngineLimits } from '../../examples/server/engine/limits.js';
import { EngineBench } from './support/engine-bench.js';
import { StoredBench } from './support/stored-bench.js';

function seqsOf(bench: EngineBench, connectionId = 'ada'): readonly (number | undefined)[] {
  return bench.last(connectionId, 'range').events.map((event) => event.payload.seq);
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function chatted(count: number, limits: Partial<EngineLimits> = {}): EngineBench {
  const bench = new EngineBench({ limits });
  bench.connect('ada');
  for (let number = 1; number <= count; number += 1) bench.send('ada', `m${number}`);
  return bench;
}

/** Ada has said so many messages, more than memory holds. */
async function stored(count: number, limits: Partial<EngineLimits>): Promise<StoredBench> {
  const server = await StoredBench.open({ limits });
  server.bench.connect('ada');
  for (let number = 1; number <= count; number += 1) {
    server.bench.send('ada', `m${number}`);
    await server.settle();
  }
  return server;
}

describe('a range', () => {
  it('RX-2 gives events of every kind in order, each with its place', () => {
    const bench = chatted(3);
    bench.connect('bob');
    bench.join('bob');
    const [first, second, third] = bench.last('bob', 'conversation_history').messages;
    const messageIds = [first?.id ?? ''];
    bench.receive('bob', { type: 'mark_read', payload: { conversationId: 'lobby', messageIds } });
    bench.edit(second?.id ?? '', 'better');
    bench.delete(third?.id ?? '');

    bench.fetchRange('ada', [1, 6], 'r1');

    const frame = bench.framesOfType('ada', 'range').at(-1);
    expect(envelopeServerFrameSchema.parse(frame)).toMatchObject({ messageId: 'r1', payload: { complete: true } });
    expect(frame?.payload.epoch).toBe(bench.last('bob', 'conversation_history').epoch);
    expect(frame?.payload.events).toMatchObject([
      { type: 'new_message', payload: { seq: 1, message: { content: 'm1', read: true, changedSeq: 4 } } },
      { type: 'new_message', payload: { seq: 2, message: { content: 'better', changedSeq: 5 } } },
      { type: 'new_message', payload: { seq: 3, message: { content: '', deleted: true, changedSeq: 6 } } },
      { type: 'messages_read', payload: { seq: 4, messageIds, readBy: 'bob' } },
      { type: 'message_updated', payload: { seq: 5, message: { seq: 2, content: 'better', changedSeq: 5 } } },
      { type: 'message_deleted', payload: { seq: 6, id: third?.id } },
    ]);
  });

  it('S19 ends early at its bound, and is complete all the same', () => {
    const bench = chatted(120);

    bench.fetchRange('ada', [10, 120]);

    expect(seqsOf(bench)).toEqual(numbers(10, 59));
    expect(bench.last('ada', 'range').complete).toBe(true);
  });

  it('S19 ends early at its bound of text, and always gives one event', () => {
    const bench = chatted(0, { pageBytesMax: 7_000 });
    for (const id of ['a', 'b', 'c']) bench.send('ada', id, { content: id.repeat(4_000) });
    bench.send('ada', 'd', { content: 'd', metadata: { blob: 'd'.repeat(9_000) } });

    bench.fetchRange('ada', [1, 4]);
    const first = seqsOf(bench);
    bench.fetchRange('ada', [4, 4]);

    expect(first).toEqual([1]);
    expect(seqsOf(bench)).toEqual([4]);
  });

  it('goes up to the head, and gives nothing yet beyond it', () => {
    const bench = chatted(3);

    bench.fetchRange('ada', [2, 99]);
    const upToHead = bench.last('ada', 'range');
    bench.fetchRange('ada', [4, 9]);

    expect(upToHead.events.map((event) => event.payload.seq)).toEqual([2, 3]);
    expect(upToHead.complete).toBe(true);
    expect(bench.last('ada', 'range')).toMatchObject({ events: [], complete: true });
  });

  it('shows nothing that is not durable yet, edits neither', () => {
    const bench = new EngineBench({ storesAtOnce: false });
    bench.connect('ada');
    bench.storeAll();
    bench.send('ada', 'm1');
    bench.storeAll();
    const id = bench.last('ada', 'ack').id ?? '';
    bench.edit(id, 'better');
    bench.send('ada', 'm2');

    bench.fetchRange('ada', [1, 9]);
    const [before] = bench.last('ada', 'range').events;
    bench.storeAll();
    bench.fetchRange('ada', [1, 9]);

    expect(before).toMatchObject({ payload: { message: { content: 'm1' } } });
    expect(before).not.toHaveProperty('payload.message.changedSeq');
    expect(seqsOf(bench)).toEqual([1, 2, 3]);
  });

  it('gives an answer in the making as a message with the text so far', () => {
    const bench = chatted(0);
    bench.send('ada', 'm1', { content: '@bot hello' });
    const { id: streamId } = bench.last('ada', 'message_start');
    bench.input({ type: 'answer-extended', streamId, text: 'So far' });

    bench.fetchRange('ada', [2, 2]);

    expect(bench.last('ada', 'range').events).toMatchObject([
      { type: 'new_message', payload: { message: { id: streamId, content: 'So far', streaming: true } } },
    ]);
  });

  it.each([
    ['that goes down', { conversationId: 'lobby', from: 3, to: 2 }, 'VALIDATION_ERROR'],
    ['of a conversation that is not there', { conversationId: 'nowhere', from: 1, to: 2 }, 'CONVERSATION_NOT_FOUND'],
    ['of a conversation of others', { conversationId: 'assistant-bob', from: 1, to: 2 }, 'CONVERSATION_NOT_FOUND'],
  ])('S11 is refused by name for one %s', (_what, payload, code) => {
    const bench = chatted(3);
    const memberIds = ['bob'];
    bench.input({ type: 'conversation-created', conversationId: 'assistant-bob', memberIds, assistant: 'never' });

    bench.receive('ada', { type: 'fetch_range', messageId: 'r1', payload });

    expect(bench.last('ada', 'error')).toMatchObject({ code, messageId: 'r1' });
    expect(bench.framesOfType('ada', 'range')).toEqual([]);
  });

  it('S19 lets through five a second, pages among them', () => {
    const bench = chatted(3, { pagesPerSecond: 5 });

    for (let count = 0; count < 6; count += 1) bench.fetchRange('ada', [1, 3], `r${count}`);

    expect(bench.framesOfType('ada', 'range')).toHaveLength(5);
    expect(bench.last('ada', 'error')).toMatchObject({ code: 'RATE_LIMIT', messageId: 'r5', retryAfterMs: 200 });
  });

  it('comes from the store where memory has moved on, with what edits changed far back', async () => {
    const server = await stored(30, { retainedMax: 3 });
    const { bench } = server;
    const [first] = await server.logOf();
    bench.edit(first?.kind === 'message' ? first.id : '', 'better');
    await server.settle();
    for (let number = 31; number <= 60; number += 1) {
      bench.send('ada', `m${number}`);
      await server.settle();
    }

    bench.fetchRange('ada', [29, 40]);
    await server.settle();

    expect(seqsOf(bench)).toEqual(numbers(29, 40));
    expect(bench.last('ada', 'range').events[2]).toMatchObject({
      type: 'message_updated',
      payload: { seq: 31, message: { seq: 1, content: 'better', changedSeq: 31 } },
    });
  });
});

describe('retention', () => {
  it('F36 says partial for a place before the cut, with what is left, and that the rest is gone', async () => {
    const server = await stored(40, { retainedMax: 50, retentionMax: 10 });
    const { bench } = server;
    bench.join('ada');
    const { epoch = '' } = bench.last('ada', 'conversation_history');

    bench.join('ada', { after: { epoch, seq: 5 } });
    bench.fetchRange('ada', [6, 30]);
    const gone = bench.last('ada', 'range');
    bench.fetchRange('ada', [6, 33]);
    const cut = bench.last('ada', 'range');
    bench.fetchRange('ada', [31, 40]);

    const history = bench.last('ada', 'conversation_history');
    expect(history).toMatchObject({ recovered: 'partial', latestSeq: 40, hasOlder: false });
    expect(history.messages.map((message) => message.seq)).toEqual(numbers(31, 40));
    expect(gone).toMatchObject({ events: [], complete: false });
    expect(cut).toMatchObject({ complete: false });
    expect(cut.events.map((event) => event.payload.seq)).toEqual([31, 32, 33]);
    expect(bench.last('ada', 'range').complete).toBe(true);
  });

  it('says full from right behind the cut', async () => {
    const server = await stored(40, { retainedMax: 50, retentionMax: 10 });
    server.bench.join('ada');
    const { epoch = '' } = server.bench.last('ada', 'conversation_history');

    server.bench.join('ada', { after: { epoch, seq: 30 } });

    expect(server.bench.last('ada', 'conversation_history').recovered).toBe('full');
  });

  it('cuts pages and what the store keeps, also over a restart', async () => {
    const server = await stored(40, { retainedMax: 3, retentionMax: 10 });

    await server.restart();
    server.bench.connect('ada');
    server.bench.receive('ada', { type: 'load_history', payload: { conversationId: 'lobby', before: 35, limit: 50 } });
    await server.settle();

    const page = server.bench.last('ada', 'history_page');
    expect(page.messages.map((message) => message.seq)).toEqual([31, 32, 33, 34]);
    expect(page.hasOlder).toBe(false);
    expect((await server.logOf()).map((entry) => entry.seq)).toEqual(numbers(31, 40));
  });

  it('keeps a message from before the cut as long as its last change is kept', async () => {
    const server = await stored(10, { retainedMax: 3, retentionMax: 10 });
    const [first] = await server.logOf();
    const messageId = first?.kind === 'message' ? first.id : '';
    server.bench.edit(messageId, 'better');
    await server.settle();
    const say = async (count: number) => {
      for (let number = 0; number < count; number += 1) {
        server.bench.send('ada', `${server.bench.effects.length}`);
        await server.settle();
      }
    };

    await say(9);
    server.bench.fetchRange('ada', [11, 11]);
    await server.settle();
    const kept = server.bench.last('ada', 'range').events;
    const loaded = await server.store.load(10);
    await say(20);
    const later = await server.store.load(10);

    expect(kept).toMatchObject([{ type: 'message_updated', payload: { message: { seq: 1, content: 'better' } } }]);
    expect(loaded.conversations[0]?.changed).toMatchObject([{ seq: 1, content: 'better' }]);
    expect(later.conversations[0]).toMatchObject({ changed: [], oldestSeq: 31 });
  });
});
