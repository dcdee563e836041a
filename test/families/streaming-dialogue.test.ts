/** What the fold of the streaming family answers by itself, where a whole client seldom gets to. */
import { describe, expect, test } from 'vitest';
import type { OutboundFrame } from '../../src/core/frame.js';
import type { DialogueEvent } from '../../src/protocols/dialogue/dialogue.js';
import { StreamingDialogue } from '../../src/protocols/streaming/dialogue.js';

const JOIN: OutboundFrame = {
  type: 'join',
  conversationId: 'c-1',
  after: null,
  streams: [],
  limit: 100,
  unconfirmed: [],
};

const send = (id: string): OutboundFrame => ({
  type: 'send',
  clientMessageId: id,
  conversationId: 'c-1',
  content: `text of ${id}`,
  metadata: null,
  inReplyTo: null,
  producer: { id: 'p-1', seq: 1 },
  sentAtMs: 0,
});

const history = (...rows: readonly unknown[]) => ({
  type: 'answered' as const,
  name: 'history',
  answer: { status: 200, retryAfterMs: null, body: JSON.stringify(rows) },
});

function createDialogue() {
  const dialogue = new StreamingDialogue({ rename: (frame) => frame, historyUrl: (id) => `/messages/${id}/` });
  let nowMs = 0;
  const step = (event: DialogueEvent, afterMs = 0) => {
    nowMs += afterMs;
    return dialogue.step(event, nowMs);
  };
  const open = (lineId: number) => {
    step({ type: 'opened', lineId, isPolling: false });
    step({ type: 'heard', lineId, text: '{"event":"connected"}' });
    step({ type: 'asked', lineId, frame: JOIN });
    return step({ lineId, ...history() });
  };
  return { step, open };
}

const userRow = (id: number, content: string) => ({ id, sender: 'user', content });
const answerRow = (content: string) => ({ id: 2, sender: 'assistant', content });
/** Of another tab. */
const THEIRS = userRow(1, 'theirs');

/** With a worker that is heard on the first socket. */
function createTalk() {
  const { step, open } = createDialogue();
  const say = (event: string, fields = {}) =>
    step({ type: 'heard', lineId: 1, text: JSON.stringify({ type: 'chat.message', event, ...fields }) });
  return { step, open, say };
}

describe('the dialogue with an assistant', () => {
  test('DS-5 looks for a question that was lost on another socket before it lets the next one out', () => {
    const { step, open } = createDialogue();
    open(1);
    open(2);
    step({ type: 'asked', lineId: 1, frame: send('first') });
    step({ type: 'ended', lineId: 1 });

    const next = step({ type: 'asked', lineId: 2, frame: send('second') }, 3_000);
    const judged = step({ lineId: 2, ...history() });
    const again = step({ type: 'asked', lineId: 2, frame: send('first') });

    expect(next).toMatchObject({ isDeclined: true, requests: [{ name: 'history' }] });
    expect(judged.told).toMatchObject([{ type: 'refused', verdict: 'retry', clientMessageId: 'first' }, {}]);
    expect(again.texts).toEqual(['{"message":"text of first"}']);
  });

  test('DS-5 keeps a question back while another socket may still take an earlier one', () => {
    const { step, open } = createDialogue();
    open(1);
    step({ type: 'asked', lineId: 1, frame: send('first') });
    open(2);

    const early = step({ type: 'asked', lineId: 2, frame: send('second') });
    step({ type: 'ended', lineId: 1 });
    const looked = step({ type: 'woken', lineId: 2 }, early.wakeAfterMs);
    const judged = step({ lineId: 2, ...history() });

    expect(early).toMatchObject({ isDeclined: true, wakeAfterMs: 2_000 });
    expect(looked.requests).toHaveLength(1);
    expect(judged.told).toMatchObject([{ clientMessageId: 'first', verdict: 'retry' }, { code: 'SETTLED' }]);
  });

  test('DS-5 lets it out when the other socket has taken the earlier one', () => {
    const { step, open } = createDialogue();
    open(1);
    step({ type: 'asked', lineId: 1, frame: send('first') });
    open(2);

    const { wakeAfterMs } = step({ type: 'asked', lineId: 2, frame: send('second') });
    step({ type: 'heard', lineId: 1, text: '{"event":"task_queued"}' });
    step({ type: 'woken', lineId: 2 }, wakeAfterMs);
    const judged = step({ lineId: 2, ...history({ id: 1, sender: 'user', content: 'text of first' }) });

    expect(judged.told?.at(-1)).toMatchObject({ code: 'SETTLED' });
  });

  test('ST-3 shows an answer once that the history had while a dead socket seemed to bring it', () => {
    const { step, open } = createDialogue();
    const say = (event: string, fields = {}) =>
      step({ type: 'heard', lineId: 1, text: JSON.stringify({ type: 'chat.message', event, ...fields }) });
    const row = { id: 1, sender: 'assistant', content: 'Hello there.' };
    open(1);
    say('processing_started');
    say('chunk', { chunk: 'Hello' });
    step({ type: 'opened', lineId: 2, isPolling: false });
    step({ type: 'heard', lineId: 2, text: '{"event":"connected"}' });
    step({ type: 'asked', lineId: 2, frame: JOIN });
    const joined = step({ lineId: 2, ...history(row) });
    step({ type: 'ended', lineId: 1 });

    step({ type: 'asked', lineId: 2, frame: JOIN });
    const rejoined = step({ lineId: 2, ...history(row) });

    expect(joined.told).toMatchObject([{ type: 'joined', messages: [{ content: 'Hello there.' }] }]);
    expect(rejoined.told).toMatchObject([{ type: 'joined' }, { type: 'message-deleted', id: 'answer-1' }]);
  });

  test('DS-6 calls no question lost by a history that was read right after its socket ended', () => {
    const { step, open } = createDialogue();
    open(1);
    step({ type: 'asked', lineId: 1, frame: send('first') });
    step({ type: 'ended', lineId: 1 });

    const told = [2, 3, 4].flatMap((lineId) => {
      const { told: frames = [] } = open(lineId);
      step({ type: 'ended', lineId });
      return frames.map(({ type }) => type);
    });

    expect(told).toEqual(['joined', 'joined', 'joined']);
  });

  test('DS-3 takes the word on a question that the history had first for no word on the next one', () => {
    const { step, open } = createDialogue();
    const hear = (text: string) => step({ type: 'heard', lineId: 1, text });
    open(1);
    step({ type: 'asked', lineId: 1, frame: send('first') });
    step({ type: 'asked', lineId: 1, frame: send('second') });
    step({ type: 'asked', lineId: 1, frame: JOIN });
    step({ lineId: 1, ...history({ id: 1, sender: 'user', content: 'text of first' }) });

    const onFirst = hear('{"event":"task_queued"}');
    const onSecond = hear('{"event":"error","error":"Message cannot be empty"}');

    expect(onFirst.told ?? []).toEqual([]);
    expect(onSecond.told).toMatchObject([{ type: 'refused', clientMessageId: 'second' }]);
  });

  test('DS-3 asks no question again that a history had under its own name while the client was closing', () => {
    const { step, open } = createDialogue();
    const unconfirmed = [{ clientMessageId: 'first', content: 'text of first', createdAtMs: 0 }];
    const row = { id: 1, sender: 'user', content: 'text of first', created_at: '1970-01-01T00:00:00Z' };
    open(1);
    step({ type: 'asked', lineId: 1, frame: send('first') });
    step({ type: 'opened', lineId: 2, isPolling: false });
    step({ type: 'asked', lineId: 2, frame: JOIN });
    step({ type: 'ended', lineId: 1 });
    // The client is closing, and hears nothing of it.
    step({ lineId: 2, ...history(row) });
    step({ type: 'ended', lineId: 2 });

    step({ type: 'opened', lineId: 3, isPolling: false });
    step({ type: 'asked', lineId: 3, frame: { ...JOIN, unconfirmed } });
    step({ type: 'answered', lineId: 3, name: 'history', answer: null });
    step({ type: 'woken', lineId: 3 }, 5_000);
    const told = step({ lineId: 3, ...history(row) }).told ?? [];

    expect(told).toMatchObject([{ type: 'ack', clientMessageId: 'first' }, { type: 'typing' }]);
  });

  test('ST-3 shows one answer for two sockets that bring it in the words of the one before', () => {
    const { step, open } = createDialogue();
    const say = (event: string, fields = {}) =>
      [1, 2].flatMap((lineId) => {
        const text = JSON.stringify({ type: 'chat.message', event, ...fields });
        return step({ type: 'heard', lineId, text }).told ?? [];
      });
    open(1);
    step({ type: 'heard', lineId: 1, text: '{"type":"chat.message","event":"processing_started"}' });
    step({ type: 'heard', lineId: 1, text: '{"type":"chat.message","event":"chunk","chunk":"On t1"}' });
    step({ type: 'heard', lineId: 1, text: '{"type":"chat.message","event":"complete"}' });
    open(2);

    const told = [...say('processing_started'), ...say('chunk', { chunk: 'On t2' }), ...say('complete')];

    expect(told.map(({ type }) => type)).toEqual(['stream-start', 'stream-delta', 'stream-end']);
  });

  test('ST-3 shows an answer once that broke off before its end was told, and was said anew', () => {
    const { step, open } = createDialogue();
    const say = (lineId: number, ...texts: readonly string[]) =>
      texts.flatMap((text) => step({ type: 'heard', lineId, text }).told ?? []);
    const answer = ['{"event":"processing_started"}', '{"event":"chunk","chunk":"an answer"}'];
    open(1);
    say(1, ...answer);
    step({ type: 'ended', lineId: 1 });
    open(2);

    say(2, ...answer, '{"event":"complete"}');
    const row = { id: 7, sender: 'assistant', content: 'an answer', created_at: '2026-11-30T00:00:00Z' };
    const settled = step({ lineId: 2, ...history(row) });

    expect(settled.told).toMatchObject([
      { type: 'message', message: { id: 'answer-2' } },
      { type: 'message-deleted', id: 'answer-1' },
    ]);
  });

  test('ST-3 reads the history at the end of an answer where one had broken off before: it may be that one, said anew', () => {
    const { step, open } = createDialogue();
    const say = (lineId: number, ...texts: readonly string[]) =>
      texts.map((text) => step({ type: 'heard', lineId, text }));
    open(1);
    for (const id of ['first', 'second', 'third']) {
      step({ type: 'asked', lineId: 1, frame: send(id) });
      say(1, '{"event":"task_queued"}');
    }

    const whole = say(1, '{"event":"processing_started"}', '{"event":"chunk","chunk":"whole"}', '{"event":"complete"}');
    say(1, '{"event":"processing_started"}', '{"event":"chunk","chunk":"broken"}');
    step({ type: 'ended', lineId: 1 });
    open(2);
    const anew = say(2, '{"event":"processing_started"}', '{"event":"chunk","chunk":"anew"}', '{"event":"complete"}');

    expect(whole.at(-1)?.requests).toBeUndefined();
    expect(anew.at(-1)?.requests).toMatchObject([{ name: 'history' }]);
  });

  test('ST-3 reads the history at the end of an answer that a socket which was ahead has brought already', () => {
    const { step, open } = createDialogue();
    const say = (lineId: number, ...texts: readonly string[]) =>
      texts.map((text) => step({ type: 'heard', lineId, text })).at(-1);
    const begun = ['{"event":"processing_started"}', '{"event":"chunk","chunk":"an answer"}'];
    open(1);
    for (const id of ['first', 'second', 'third']) {
      step({ type: 'asked', lineId: 1, frame: send(id) });
      say(1, '{"event":"task_queued"}');
    }
    say(1, ...begun);
    open(2);
    say(2, '{"event":"complete"}', ...begun, '{"event":"complete"}');

    const behind = say(1, '{"event":"complete"}');

    expect(behind?.told).toMatchObject([{ type: 'stream-end', id: 'answer-1' }, {}]);
    expect(behind?.requests).toMatchObject([{ name: 'history' }]);
  });

  test.each([
    ['that nobody here had heard of', []],
    ['that seemed to be another one, which had broken off', ['{"event":"processing_started"}']],
  ])('ST-3 shows an answer once that the history has before its slow socket, %s', (_, brokenOff) => {
    const { step, open } = createDialogue();
    const say = (lineId: number, ...texts: readonly string[]) =>
      texts.flatMap((text) => step({ type: 'heard', lineId, text }).told ?? []);
    open(1);
    say(1, ...brokenOff);
    step({ type: 'ended', lineId: 1 });
    open(2);
    step({ type: 'asked', lineId: 2, frame: JOIN });
    const row = { id: 7, sender: 'assistant', content: 'an answer', created_at: '2026-11-30T00:00:00Z' };
    step({ lineId: 2, ...history(row) });

    say(2, '{"event":"processing_started"}', '{"event":"chunk","chunk":"an answer"}');
    const late = step({ type: 'heard', lineId: 2, text: '{"event":"complete"}' }, 20_000);

    expect(late.told).toMatchObject([{ type: 'message-deleted' }]);
    // If it was another one in the same words after all, it comes from there.
    expect(late.requests).toMatchObject([{ name: 'history' }]);
  });

  test('UP-47 awaits no answer that has begun when a history comes which ends with its question', () => {
    const { step, open, say } = createTalk();
    open(1);
    say('processing_started');
    step({ type: 'asked', lineId: 1, frame: send('ours') });
    step({ type: 'heard', lineId: 1, text: '{"event":"task_queued"}' });
    say('chunk', { chunk: 'for them' });
    say('complete');
    say('processing_started');
    say('chunk', { chunk: 'for us' });
    const { told } = step({ lineId: 1, ...history(THEIRS, answerRow('for them'), userRow(3, 'text of ours')) });

    expect(told?.map(({ type }) => type)).toEqual(['message', 'message', 'message']);
  });

  test('UP-47 awaits no answer that the history has, of a socket that is lost', () => {
    const { step, open, say } = createTalk();
    const rows = [THEIRS, answerRow('for them'), userRow(3, 'text of ours')];
    open(1);
    say('processing_started');
    step({ type: 'asked', lineId: 1, frame: send('ours') });
    step({ type: 'heard', lineId: 1, text: '{"event":"task_queued"}' });
    say('chunk', { chunk: 'for them' });
    say('complete');
    const before = step({ lineId: 1, ...history(...rows) });
    step({ type: 'ended', lineId: 1 });
    step({ type: 'opened', lineId: 2, isPolling: false });
    step({ type: 'asked', lineId: 2, frame: JOIN });
    const after = step({ lineId: 2, ...history(...rows, { ...answerRow('for us'), id: 4 }) });

    expect(before.told?.at(-1)).toMatchObject({ type: 'typing', isTyping: true });
    expect(after.told?.at(-1)).toMatchObject({ type: 'typing', isTyping: false });
  });

  test('DS-3 takes a later question in the same words for another one, while the answer to the first is awaited', () => {
    const { step, open } = createTalk();
    const ours = userRow(1, 'text of ours');
    open(1);
    step({ type: 'asked', lineId: 1, frame: send('ours') });
    step({ type: 'heard', lineId: 1, text: '{"event":"task_queued"}' });
    step({ type: 'asked', lineId: 1, frame: JOIN });
    step({ lineId: 1, ...history(ours) });
    step({ type: 'asked', lineId: 1, frame: JOIN });
    const { told } = step({ lineId: 1, ...history(ours, { ...ours, id: 2 }) });

    expect(told?.[0]).toMatchObject({ messages: [{ id: 'ours' }, { id: '2' }] });
  });

  test('is answered without a history that is silent, before the client gives the join up', () => {
    const { step } = createDialogue();
    step({ type: 'opened', lineId: 1, isPolling: false });
    step({ type: 'heard', lineId: 1, text: '{"event":"connected"}' });
    const { wakeAfterMs = 0 } = step({ type: 'asked', lineId: 1, frame: JOIN });

    const woken = step({ type: 'woken', lineId: 1 }, wakeAfterMs);
    const late = step({ lineId: 1, ...history({ id: 1, sender: 'assistant', content: 'Hello.' }) });

    expect(wakeAfterMs).toBeLessThan(10_000);
    expect(woken.told).toMatchObject([{ type: 'joined', messages: [], recovered: 'partial' }]);
    expect(late.told).toMatchObject([{ type: 'message', message: { content: 'Hello.' } }]);
  });

  test('UP-02 greets a server whose times are numbers: nobody reads them', () => {
    const { step } = createDialogue();
    step({ type: 'opened', lineId: 1, isPolling: false });

    const heard = step({ type: 'heard', lineId: 1, text: '{"event":"connected","timestamp":1795210479.5}' });

    expect(heard.told).toMatchObject([{ type: 'hello' }]);
  });

  test('UP-09 ends a connection without a socket when the session is over, as a close 4001 does', () => {
    const { step } = createDialogue();
    step({ type: 'opened', lineId: 1, isPolling: true });
    step({ type: 'asked', lineId: 1, frame: JOIN });

    const answered = step({
      type: 'answered',
      lineId: 1,
      name: 'history',
      answer: { status: 401, retryAfterMs: null, body: '' },
    });

    expect(answered.closes?.code).toBe(4001);
  });
});
