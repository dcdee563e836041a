import type { EnvelopeClientFrame, EnvelopeServerFrame } from 'chatsocket/schemas';
import { describe, expect, it } from 'vitest';
import { EngineBench } from './support/engine-bench.js';

function chatted(count: number, options: ConstructorParameters<typeof EngineBench>[0] = {}): EngineBench {
  const bench = new EngineBench(options);
  bench.connect('ada');
  for (let number = 1; number <= count; number += 1) bench.send('ada', `m${number}`);
  return bench;
}

/** Everything in a conversation that carries a place in the log, as one connection heard it. */
function seqsHeard(frames: readonly EnvelopeServerFrame[]): readonly number[] {
  return frames.flatMap((frame) => {
    switch (frame.type) {
      case 'new_message':
      case 'messages_read':
      case 'message_start':
        return frame.payload.seq ?? [];
      default:
        return [];
    }
  });
}

describe('joining', () => {
  it('gives the newest messages, oldest first, to a client that has nothing', () => {
    const bench = chatted(150);

    bench.join('ada');
    const byDefault = bench.last('ada', 'conversation_history');
    bench.join('ada', { limit: 3 });
    const three = bench.last('ada', 'conversation_history');

    expect(byDefault.messages).toHaveLength(100);
    expect(byDefault.messages[0]?.seq).toBe(51);
    expect(byDefault).toMatchObject({ latestSeq: 150, hasOlder: true, epoch: expect.any(String) });
    expect(byDefault.recovered).toBeUndefined();
    expect(three.messages.map((message) => message.content)).toEqual(['m148', 'm149', 'm150']);
  });

  it('gives only what came after the cursor, all of it, also beyond the limit', () => {
    const bench = chatted(10);
    bench.join('ada');
    const { epoch = '' } = bench.last('ada', 'conversation_history');

    bench.join('ada', { after: { epoch, seq: 7 }, limit: 1 });
    const some = bench.last('ada', 'conversation_history');
    bench.join('ada', { after: { epoch, seq: 10 } });
    const none = bench.last('ada', 'conversation_history');

    expect(some).toMatchObject({ recovered: 'full', latestSeq: 10 });
    expect(some.messages.map((message) => message.seq)).toEqual([8, 9, 10]);
    expect(none).toMatchObject({ recovered: 'full', latestSeq: 10, messages: [] });
  });

  it('F36 says partial where more was missed than it can give, and leaves a visible hole', () => {
    const bench = chatted(30, { limits: { retainedMax: 10 } });
    bench.join('ada');
    const { epoch = '' } = bench.last('ada', 'conversation_history');

    bench.join('ada', { after: { epoch, seq: 2 }, limit: 5 });

    const history = bench.last('ada', 'conversation_history');
    expect(history).toMatchObject({ recovered: 'partial', latestSeq: 30, hasOlder: true });
    expect(history.messages.map((message) => message.seq)).toEqual([26, 27, 28, 29, 30]);
  });

  it.each([
    ['another epoch', { epoch: 'elsewhere', seq: 2 }],
    ['a place beyond the head', { epoch: '', seq: 99 }],
  ])('F24 says none for a cursor from %s', (_what, cursor) => {
    const bench = chatted(5);
    bench.join('ada');
    const { epoch = '' } = bench.last('ada', 'conversation_history');

    bench.join('ada', { after: { ...cursor, epoch: cursor.epoch || epoch } });

    expect(bench.last('ada', 'conversation_history')).toMatchObject({ recovered: 'none', latestSeq: 5 });
    expect(bench.last('ada', 'conversation_history').messages).toHaveLength(5);
  });

  it('shows nothing that is not durable yet', () => {
    const bench = new EngineBench({ storesAtOnce: false });
    bench.connect('ada');
    bench.connect('bob');
    bench.storeAll();
    bench.send('ada', 'm1');

    bench.join('bob');
    bench.receive('bob', { type: 'load_history', payload: { conversationId: 'lobby', before: 99, limit: 9 } });

    expect(bench.last('bob', 'conversation_history')).toMatchObject({ latestSeq: 0, messages: [] });
    expect(bench.last('bob', 'history_page')).toMatchObject({ hasOlder: false, messages: [] });
  });

  it('S19 bounds a history by its text', () => {
    const bench = new EngineBench({ limits: { pageBytesMax: 10_000 } });
    bench.connect('ada');
    for (let number = 1; number <= 5; number += 1) bench.send('ada', `m${number}`, { content: 'a'.repeat(4_000) });

    bench.join('ada');

    const history = bench.last('ada', 'conversation_history');
    expect(history.messages.map((message) => message.seq)).toEqual([4, 5]);
    expect(history.hasOlder).toBe(true);
  });

  it.each([
    ['signs of three bytes', '你'],
    ['characters that JSON writes in six bytes', '\u0001'],
  ])('S19 RX-4 writes no frame that clients drop, with messages of %s', (_what, character) => {
    const bench = new EngineBench({ limits: { messagesPerSecond: 1_000, framesPerSecond: 1_000 } });
    bench.connect('ada');
    bench.send('ada', 'first');
    bench.join('ada');
    const { epoch = '' } = bench.last('ada', 'conversation_history');
    for (let number = 1; number <= 400; number += 1) {
      bench.send('ada', `m${number}`, { content: `z${character.repeat(4_998)}z` });
    }
    const bytesOf = (frame: unknown) => Buffer.byteLength(JSON.stringify(frame));

    bench.join('ada', { after: { epoch, seq: 1 } });
    const resumed = bench.last('ada', 'conversation_history');
    bench.join('ada', { limit: 1_000 });
    const joined = bench.last('ada', 'conversation_history');
    bench.receive('ada', { type: 'load_history', payload: { conversationId: 'lobby', before: 300, limit: 50 } });
    const page = bench.last('ada', 'history_page');
    bench.fetchRange('ada', [100, 200]);
    const range = bench.last('ada', 'range');

    expect([resumed.recovered, resumed.hasOlder, joined.hasOlder]).toEqual(['partial', true, true]);
    for (const frame of [resumed, joined, page, range]) expect(bytesOf(frame)).toBeLessThan(265_000);
    for (const { messages } of [resumed, joined, page]) expect(messages.length).toBeGreaterThan(5);
    expect(range.events.length).toBeGreaterThan(5);
  });

  it('S19 gives the newest message that was missed, however long it is', () => {
    const bench = new EngineBench({ limits: { pageBytesMax: 1_000 } });
    bench.connect('ada');
    bench.send('ada', 'first');
    bench.join('ada');
    const { epoch = '' } = bench.last('ada', 'conversation_history');
    for (const id of ['b', 'c']) bench.send('ada', id, { content: id.repeat(4_000) });

    bench.join('ada', { after: { epoch, seq: 1 } });

    const { recovered, messages } = bench.last('ada', 'conversation_history');
    expect([recovered, messages.map(({ seq }) => seq)]).toEqual(['partial', [3]]);
  });

  it('announces the heads of the conversations in hello and in every pong', () => {
    const bench = chatted(3);
    bench.connect('again', 'ada');
    bench.join('again');
    bench.send('ada', 'm4');

    bench.receive('again', { type: 'ping' });

    expect(bench.last('again', 'connected').conversations).toMatchObject({ lobby: { latestSeq: 3 } });
    expect(bench.last('again', 'pong')).toEqual({ latest: { lobby: 4 } });
  });
});

describe('paging back', () => {
  it('S19 gives pages of at most 50 down to the first message', () => {
    const bench = chatted(120);
    const pages: (readonly (number | undefined)[])[] = [];

    for (let before: number | null = null, hasOlder = true; hasOlder; ) {
      bench.receive('ada', { type: 'load_history', payload: { conversationId: 'lobby', before, limit: 100 } });
      const page = bench.last('ada', 'history_page');
      pages.push(page.messages.map((message) => message.seq));
      before = page.messages[0]?.seq ?? null;
      hasOlder = page.hasOlder;
    }

    expect(pages.map((page) => page.length)).toEqual([50, 50, 20]);
    expect(pages.toReversed().flat()).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
  });

  it('S19 lets through five pages a second', () => {
    const bench = chatted(1, { limits: { pagesPerSecond: 5 } });
    const load = { type: 'load_history', payload: { conversationId: 'lobby', limit: 1 } } as const;

    for (let count = 0; count < 6; count += 1) bench.receive('ada', load);

    expect(bench.framesOfType('ada', 'history_page')).toHaveLength(5);
    expect(bench.last('ada', 'error')).toMatchObject({ code: 'RATE_LIMIT', retryAfterMs: 200 });
  });

  it('asks the store for what has left memory', () => {
    const bench = chatted(30, { limits: { retainedMax: 10 } });

    bench.receive('ada', { type: 'load_history', payload: { conversationId: 'lobby', before: 5, limit: 3 } });

    expect(bench.effects.at(-1)).toMatchObject({ type: 'read-page', request: { before: 5, limit: 3 } });
  });
});

describe('reading and typing', () => {
  it('SV-7 keeps seq contiguous for everyone, with read marks and answers in between', () => {
    const bench = chatted(2);
    bench.connect('bob');
    bench.join('bob');
    const messageIds = bench.last('bob', 'conversation_history').messages.map((message) => message.id);
    const heardBefore = bench.framesOf('ada').length;

    bench.receive('bob', { type: 'mark_read', messageId: 'r1', payload: { conversationId: 'lobby', messageIds } });
    bench.send('ada', 'm3', { content: '@bot hello' });
    bench.send('bob', 'm4');

    expect(seqsHeard(bench.framesOf('bob'))).toEqual([3, 4, 5, 6]);
    expect(seqsHeard(bench.framesOf('ada').slice(heardBefore))).toEqual([3, 4, 5, 6]);
    expect(bench.framesOfType('bob', 'ack')[0]?.payload).toEqual({ messageId: 'r1' });
  });

  it('takes a place in the log for the first read mark only', () => {
    const bench = chatted(1);
    bench.connect('bob');
    bench.join('bob');
    const [message] = bench.last('bob', 'conversation_history').messages;
    const messageIds = [message?.id ?? ''];
    const frame: EnvelopeClientFrame = { type: 'mark_read', payload: { conversationId: 'lobby', messageIds } };

    bench.receive('bob', frame);
    bench.receive('bob', frame);
    bench.receive('ada', frame);
    bench.join('bob');

    expect(bench.framesOfType('bob', 'messages_read')).toHaveLength(1);
    expect(bench.last('bob', 'conversation_history')).toMatchObject({ latestSeq: 2, messages: [{ read: true }] });
  });

  it('SV-8 tells typing to the others who look at the conversation, and to nobody else', () => {
    const bench = new EngineBench();
    for (const connectionId of ['ada', 'bob', 'cy']) bench.connect(connectionId);
    bench.connect('ada2', 'ada');
    for (const connectionId of ['ada', 'ada2', 'bob']) bench.join(connectionId);

    bench.receive('ada', { type: 'typing', payload: { conversationId: 'lobby' } });
    bench.receive('ada', { type: 'stop_typing', payload: { conversationId: 'lobby' } });

    expect(bench.last('bob', 'user_typing')).toEqual({ conversationId: 'lobby', userId: 'ada' });
    expect(bench.last('bob', 'user_stop_typing')).toEqual({ conversationId: 'lobby', userId: 'ada' });
    for (const other of ['ada', 'ada2', 'cy']) expect(bench.framesOfType(other, 'user_typing')).toEqual([]);
  });
});
