import { describe, expect, it } from 'vitest';
import { answerTo, chunksOf, isAddressed } from '../../examples/server/engine/bot.js';
import { EngineBench } from './support/engine-bench.js';

/** Ada has asked, and the assistant has begun to answer. */
function asked(options: ConstructorParameters<typeof EngineBench>[0] = {}): { bench: EngineBench; streamId: string } {
  const bench = new EngineBench(options);
  bench.connect('ada');
  bench.join('ada');
  bench.send('ada', 'm1', { content: '@bot hello' });
  return { bench, streamId: bench.last('ada', 'message_start').id };
}

function say(bench: EngineBench, streamId: string, text: string): void {
  bench.input({ type: 'answer-extended', streamId, text });
}

describe('an answer', () => {
  it('starts at a place in the log, grows by offset in UTF-16 units, and ends with its length', () => {
    const { bench, streamId } = asked();

    say(bench, streamId, 'Hi 😀');
    say(bench, streamId, ' there');
    bench.input({ type: 'answer-ended', streamId, status: 'done' });

    expect(bench.framesOf('ada').slice(-4)).toMatchObject([
      { type: 'message_start', payload: { id: streamId, seq: 2, senderId: 'assistant' } },
      { type: 'message_delta', payload: { id: streamId, offset: 0, text: 'Hi 😀' } },
      { type: 'message_delta', payload: { id: streamId, offset: 5, text: ' there' } },
      { type: 'message_end', payload: { id: streamId, length: 11, status: 'done' } },
    ]);
    expect(bench.effects.filter((effect) => effect.type === 'start-answer')).toMatchObject([{ streamId }]);
  });

  it('begins only once its question and its own place are durable', () => {
    const bench = new EngineBench({ storesAtOnce: false });
    bench.connect('ada');
    bench.storeAll();
    bench.send('ada', 'm1', { content: '@bot hello' });
    const startsBefore = bench.effects.filter((effect) => effect.type === 'start-answer');

    bench.storeAll();

    expect(startsBefore).toEqual([]);
    expect(bench.framesOf('ada').map((frame) => frame.type)).toEqual([
      'connected',
      'new_message',
      'ack',
      'message_start',
    ]);
    expect(bench.effects.at(-1)).toMatchObject({ type: 'start-answer' });
  });

  it('is told to those who join in the middle as a message with the text so far, then by chunks', () => {
    const { bench, streamId } = asked();
    say(bench, streamId, 'One ');
    bench.connect('bob');
    say(bench, streamId, 'two ');

    bench.join('bob');
    say(bench, streamId, 'three');

    expect(bench.last('bob', 'conversation_history').messages.at(-1)).toMatchObject({
      id: streamId,
      content: 'One two ',
      streaming: true,
      role: 'assistant',
    });
    expect(bench.framesOfType('bob', 'message_delta')).toMatchObject([{ payload: { offset: 8, text: 'three' } }]);
  });

  it.each([
    ['in the making', false, [{ type: 'message_delta', payload: { offset: 2, text: 'e two' } }]],
    [
      'that is over',
      true,
      [
        { type: 'message_delta', payload: { offset: 2, text: 'e two' } },
        { type: 'message_end', payload: { length: 7, status: 'done' } },
      ],
    ],
  ])('ST-3 goes on at the offset of a client that resumes one %s', (_what, isOver, expected) => {
    const { bench, streamId } = asked();
    const { epoch = '' } = bench.last('ada', 'conversation_history');
    say(bench, streamId, 'One two');
    if (isOver) bench.input({ type: 'answer-ended', streamId, status: 'done' });
    bench.connect('again', 'ada');

    bench.join('again', { after: { epoch, seq: 2 }, streams: [{ messageId: streamId, offset: 2 }] });

    expect(bench.framesOf('again').slice(2)).toMatchObject(expected);
  });

  it('ST-3 sends a snapshot to a client that has more than the server', () => {
    const { bench, streamId } = asked();
    const { epoch = '' } = bench.last('ada', 'conversation_history');
    say(bench, streamId, 'short');
    bench.connect('again', 'ada');

    bench.join('again', { after: { epoch, seq: 2 }, streams: [{ messageId: streamId, offset: 99 }] });

    expect(bench.last('again', 'message_snapshot')).toEqual({ id: streamId, text: 'short' });
  });

  it('sends a snapshot of one that the cursor has passed but the client did not name', () => {
    const { bench, streamId } = asked();
    const { epoch = '' } = bench.last('ada', 'conversation_history');
    say(bench, streamId, 'so far');
    bench.connect('again', 'ada');

    bench.join('again', { after: { epoch, seq: 2 } });

    expect(bench.last('again', 'message_snapshot')).toEqual({ id: streamId, text: 'so far' });
  });

  it('stops when a member says so, keeps its text, and takes no late chunk', () => {
    const { bench, streamId } = asked();
    say(bench, streamId, 'One ');

    bench.receive('ada', { type: 'cancel_stream', payload: { messageId: streamId } });
    say(bench, streamId, 'two');
    bench.input({ type: 'answer-ended', streamId, status: 'done' });
    bench.receive('ada', { type: 'cancel_stream', payload: { messageId: streamId, conversationId: 'lobby' } });

    expect(bench.effects.filter((effect) => effect.type === 'stop-answer')).toEqual([
      { type: 'stop-answer', streamId },
    ]);
    expect(bench.framesOfType('ada', 'message_end').map((frame) => frame.payload)).toEqual([
      { id: streamId, length: 4, status: 'stopped' },
      { id: streamId, length: 4, status: 'stopped' },
    ]);
    expect(bench.framesOfType('ada', 'message_delta')).toHaveLength(1);
  });

  it('is stored at its start, every second, and at its end', () => {
    const { bench, streamId } = asked();
    const textsStored = () =>
      bench.effects
        .flatMap((effect) => (effect.type === 'store' ? effect.writes : []))
        .flatMap((write) => {
          return write.type === 'put-entry' && write.entry.kind === 'message' && write.entry.id === streamId
            ? [`${write.entry.stream}: ${write.entry.content}`]
            : [];
        });

    for (const text of ['a', 'b', 'c']) {
      bench.nowMs += 600;
      say(bench, streamId, text);
    }
    bench.input({ type: 'answer-ended', streamId, status: 'done' });

    expect(textsStored()).toEqual(['streaming: ', 'streaming: ab', 'done: abc']);
  });

  it('ST-6 ends as failed at the greatest length', () => {
    const { bench, streamId } = asked({ limits: { streamLengthMax: 5 } });

    say(bench, streamId, 'abcdefgh');

    expect(bench.last('ada', 'message_delta')).toMatchObject({ offset: 0, text: 'abcde' });
    expect(bench.last('ada', 'message_end')).toEqual({ id: streamId, length: 5, status: 'failed' });
  });

  it('ends with what it has when the server goes down', () => {
    const { bench, streamId } = asked();
    say(bench, streamId, 'One ');

    bench.input({ type: 'drain-started', retryAfterMs: 300 });

    expect(bench.last('ada', 'server_restarting')).toEqual({ retryAfterMs: 300 });
    expect(bench.last('ada', 'message_end')).toEqual({ id: streamId, length: 4, status: 'failed' });
  });

  it('that a crash cut off comes back as failed, and seq goes on behind it', () => {
    const entry = {
      kind: 'message',
      seq: 1,
      id: 'e.1',
      senderId: 'assistant',
      senderName: 'Assistant',
      role: 'assistant',
      content: 'One ',
      createdAtMs: 0,
      clientMessageId: null,
      inReplyTo: null,
      metadata: undefined,
      readBy: [],
      stream: 'streaming',
      changedSeq: null,
      deleted: false,
    } as const;
    const record = { id: 'lobby', epoch: 'e', isOpen: true, assistant: 'never', memberIds: ['ada'] } as const;
    const bench = new EngineBench({
      stored: { users: [], conversations: [{ record, entries: [entry], changed: [], oldestSeq: 1 }], dedup: [] },
    });
    bench.connect('ada');

    bench.join('ada', { after: { epoch: 'e', seq: 1 }, streams: [{ messageId: 'e.1', offset: 9 }] });
    bench.send('ada', 'm2');

    expect(bench.last('ada', 'message_snapshot')).toEqual({ id: 'e.1', text: 'One ' });
    expect(bench.last('ada', 'message_end')).toEqual({ id: 'e.1', length: 4, status: 'failed' });
    expect(bench.last('ada', 'ack')).toMatchObject({ seq: 2 });
  });
});

describe('the assistant', () => {
  it.each([
    ['always', 'hello', true],
    ['on-mention', 'hello', false],
    ['on-mention', 'hello @bot', true],
    ['on-mention', '@Assistant, hello', true],
    ['on-mention', 'mail me at ada@bot.example', false],
    ['on-mention', 'ask @bottom', false],
    ['never', '@bot', false],
  ] as const)('in mode %s hears “%s”: %s', (mode, text, expected) => {
    expect(isAddressed(mode, text)).toBe(expected);
  });

  it('chooses its answer by the words of the question, and else repeats it', () => {
    const answers = ['Are messages lost when offline?', 'Tell me a story', 'Hello!', 'xyzzy'].map(answerTo);

    expect(new Set(answers).size).toBe(4);
    expect(answers.at(-1)).toContain('xyzzy');
    for (const answer of answers) expect(answer.split('\n\n').length).toBeGreaterThanOrEqual(3);
  });

  it.each([answerTo('a story'), '', '   ', 'one', ' lead and trail '])(
    'cuts into chunks that make up the text',
    (text) => {
      expect(chunksOf(text).join('')).toBe(text);
    },
  );
});
