import { describe, expect, it } from 'vitest';
import type { EngineLimits } from '../../examples/server/engine/limits.js';
import { StoredBench } from './support/stored-bench.js';

interface Answered {
  readonly server: StoredBench;
  readonly streamId: string;
  readonly epoch: string;
}

/** The assistant is in the middle of an answer, and all that it said so far is durable. */
async function answering(text: string, limits: Partial<EngineLimits> = {}): Promise<Answered> {
  const server = await StoredBench.open({ limits });
  server.bench.connect('ada');
  server.bench.join('ada');
  server.bench.send('ada', 'm1', { content: '@bot hello' });
  await server.settle();
  const { id: streamId, epoch = '' } = server.bench.last('ada', 'message_start');
  server.bench.nowMs += 10_000;
  server.bench.input({ type: 'answer-extended', streamId, text });
  await server.settle();
  return { server, streamId, epoch };
}

async function say(server: StoredBench, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    server.bench.send('ada', `more ${number}`);
    await server.settle();
  }
}

/** What a client that has so much of the answer is told of it when it comes back. */
async function resumed({ server, streamId, epoch }: Answered, offset: number): Promise<readonly unknown[]> {
  const { bench } = server;
  bench.connect('again', 'ada');
  bench.join('again', { after: { epoch, seq: 2 }, streams: [{ messageId: streamId, offset }] });
  await server.settle();
  return bench.framesOf('again').filter(({ type }) => /^message_(delta|end|snapshot)$/.test(type));
}

describe('resuming an answer', () => {
  it('F96 after a crash shows the text that was stored, in one piece, and its end', async () => {
    const answered = await answering('One ');
    const { server, streamId } = answered;
    server.bench.input({ type: 'answer-extended', streamId, text: 'two, not stored ' });

    await server.restart();
    const told = await resumed(answered, 20);
    server.bench.input({ type: 'answer-extended', streamId, text: 'spliced' });
    await server.settle();

    expect(told).toMatchObject([
      { type: 'message_snapshot', payload: { id: streamId, text: 'One ' } },
      { type: 'message_end', payload: { id: streamId, length: 4, status: 'failed' } },
    ]);
    expect(server.bench.framesOfType('again', 'message_delta')).toEqual([]);
  });

  it.each([
    ['that has less', 1, [{ type: 'message_delta', payload: { offset: 1, text: 'ne ' } }]],
    ['that has as much', 4, []],
    ['that has nothing, or found that its text differs', 0, [{ type: 'message_snapshot', payload: { text: 'One ' } }]],
  ])('F89 gives a client %s what it lacks', async (_what, offset, expected) => {
    const answered = await answering('One ');

    expect(await resumed(answered, offset)).toMatchObject(expected);
  });

  it('F96 shows no end before it is durable, so that a crash cannot take back what somebody holds for final', async () => {
    const { server, streamId, epoch } = await answering('One ');
    server.bench.input({ type: 'answer-extended', streamId, text: 'two' });
    server.bench.input({ type: 'answer-ended', streamId, status: 'done' });

    server.bench.join('ada');
    const early = server.bench.last('ada', 'conversation_history').messages.at(-1);
    await server.restart();
    const later = await resumed({ server, streamId, epoch }, 7);

    expect(early).toMatchObject({ id: streamId, streaming: true });
    expect(later).toMatchObject([
      { type: 'message_snapshot', payload: { text: 'One ' } },
      { type: 'message_end', payload: { length: 4, status: 'failed' } },
    ]);
  });

  it('asks the store for one that ended before memory begins', async () => {
    const answered = await answering('One ', { retainedMax: 3 });
    answered.server.bench.input({ type: 'answer-ended', streamId: answered.streamId, status: 'stopped' });
    await say(answered.server, 20);

    const told = await resumed(answered, 2);

    expect(told).toMatchObject([
      { type: 'message_delta', payload: { offset: 2, text: 'e ' } },
      { type: 'message_end', payload: { length: 4, status: 'stopped' } },
    ]);
  });

  it('goes on in one that is still written when memory has moved on, and past the cut', async () => {
    const answered = await answering('One ', { retainedMax: 3, retentionMax: 5 });
    await say(answered.server, 20);

    const told = await resumed(answered, 2);
    answered.server.bench.input({ type: 'answer-extended', streamId: answered.streamId, text: 'two' });
    await answered.server.settle();

    expect(told).toMatchObject([{ type: 'message_delta', payload: { offset: 2, text: 'e ' } }]);
    expect(answered.server.bench.last('again', 'message_delta')).toMatchObject({ offset: 4, text: 'two' });
  });

  it('ends one that is gone for good where the client stands', async () => {
    const answered = await answering('One ', { retentionMax: 5 });
    answered.server.bench.input({ type: 'answer-ended', streamId: answered.streamId, status: 'done' });
    await say(answered.server, 20);
    await answered.server.restart();

    const told = await resumed(answered, 2);

    expect(told).toMatchObject([{ type: 'message_end', payload: { length: 2, status: 'failed' } }]);
  });
});

describe('stopping an answer', () => {
  it('that is over is answered with its end alone, also from the store', async () => {
    const { server, streamId } = await answering('One ', { retainedMax: 3 });
    server.bench.input({ type: 'answer-ended', streamId, status: 'done' });
    await say(server, 20);
    const heardBefore = server.bench.framesOf('ada').length;

    server.bench.receive('ada', { type: 'cancel_stream', payload: { messageId: streamId, conversationId: 'lobby' } });
    await server.settle();

    expect(server.bench.framesOf('ada').slice(heardBefore)).toMatchObject([
      { type: 'message_end', payload: { id: streamId, length: 4, status: 'done' } },
    ]);
  });

  it('S11 that is unknown, no answer, or of others, is refused alike', async () => {
    const { server, epoch } = await answering('One ');
    const { bench } = server;
    bench.input({ type: 'conversation-created', conversationId: 'pair', memberIds: ['bob'], assistant: 'always' });
    bench.connect('bob');
    await server.settle();
    bench.send('bob', 'm1', { conversationId: 'pair' });
    await server.settle();
    const { id: foreign } = bench.last('bob', 'message_start');
    const asked = [
      { messageId: 'unknown' },
      { messageId: `${epoch}.1`, conversationId: 'lobby' },
      { messageId: `${epoch}.99`, conversationId: 'lobby' },
      { messageId: foreign },
      { messageId: foreign, conversationId: 'pair' },
    ];

    for (const payload of asked) bench.receive('ada', { type: 'cancel_stream', messageId: 'c', payload });

    const refused = bench.framesOfType('ada', 'error').map((frame) => frame.payload.code);
    expect(refused).toEqual(asked.map(() => 'CONVERSATION_NOT_FOUND'));
    expect(bench.effects.some((effect) => effect.type === 'stop-answer')).toBe(false);
  });
});
