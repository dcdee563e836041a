/** Answers of which several pieces stand, because their workers or their sockets broke off: the history settles them all. */
import { describe, expect, test } from 'vitest';
import type { InboundFrame, OutboundFrame } from '../../src/core/frame.js';
import type { DialogueEvent } from '../../src/protocols/dialogue/dialogue.js';
import { StreamingDialogue } from '../../src/protocols/streaming/dialogue.js';

const CONVERSATION_ID = 'c-1';
const JOIN: OutboundFrame = {
  type: 'join',
  conversationId: CONVERSATION_ID,
  after: null,
  streams: [],
  limit: 100,
  unconfirmed: [],
};

type Row = readonly [id: number, content: string];

/** Sockets by number, and what the client is told of each event. */
function createDialogue() {
  const dialogue = new StreamingDialogue({ rename: (frame) => frame, historyUrl: (id) => `/messages/${id}/` });
  let nowMs = 0;
  const step = (event: DialogueEvent): readonly InboundFrame[] => dialogue.step(event, nowMs).told ?? [];
  const hear = (lineId: number, event: string, fields = {}) =>
    step({ type: 'heard', lineId, text: JSON.stringify({ type: 'chat.message', event, ...fields }) });
  const read = (lineId: number, ...rows: readonly Row[]) => {
    step({ type: 'asked', lineId, frame: JOIN });
    const body = JSON.stringify(rows.map(([id, content]) => ({ id, sender: 'assistant', content })));
    return step({ type: 'answered', lineId, name: 'history', answer: { status: 200, retryAfterMs: null, body } });
  };
  const open = (lineId: number, ...rows: readonly Row[]) => {
    step({ type: 'opened', lineId, isPolling: false });
    step({ type: 'heard', lineId, text: '{"event":"connected"}' });
    return read(lineId, ...rows);
  };
  return {
    open,
    read,
    /** The server has a question of this socket's. */
    ask(lineId: number, content: string) {
      const rest = { metadata: null, inReplyTo: null, producer: { id: 'p-1', seq: 1 }, sentAtMs: 0 };
      const frame = {
        type: 'send',
        clientMessageId: content,
        conversationId: CONVERSATION_ID,
        content,
        ...rest,
      } as const;
      step({ type: 'asked', lineId, frame });
      hear(lineId, 'task_queued', { type: undefined });
    },
    begin(lineId: number, text: string) {
      return [...hear(lineId, 'processing_started'), ...hear(lineId, 'chunk', { chunk: text })];
    },
    fail: (lineId: number) => hear(lineId, 'error', { error: 'The worker failed.' }),
    complete: (lineId: number) => hear(lineId, 'complete'),
    end: (lineId: number) => step({ type: 'ended', lineId }),
    wake: (lineId: number) => step({ type: 'woken', lineId }),
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

function deletedOf(told: readonly InboundFrame[]): readonly string[] {
  return told.flatMap((frame) => (frame.type === 'message-deleted' ? [frame.id] : []));
}

/** Whether an answer is still awaited, as it was told last. */
function awaitsOf(told: readonly InboundFrame[]): boolean | undefined {
  return told.flatMap((frame) => (frame.type === 'typing' ? [frame.isTyping] : [])).at(-1);
}

function shownOf(told: readonly InboundFrame[]): readonly string[] {
  return told.flatMap((frame) => (frame.type === 'joined' ? frame.messages.map(({ id }) => id) : []));
}

describe('an answer in several pieces', () => {
  test('ST-3 is taken back in every piece that failed when the history has it, not in the longest alone', () => {
    const { open, ask, begin, fail, read } = createDialogue();
    open(1);
    ask(1, 'first');
    ask(1, 'second');
    begin(1, 'An answ');
    fail(1);
    begin(1, 'An ans');
    fail(1);

    const told = read(1, [1, 'An answer.']);

    expect(shownOf(told)).toEqual(['1']);
    expect(deletedOf(told)).toEqual(['answer-1', 'answer-2']);
  });

  test('ST-3 is stalled no more when the history had it under a longer piece that failed, and its socket is gone', () => {
    const { open, ask, begin, fail, end, wake } = createDialogue();
    open(1);
    ask(1, 'first');
    ask(1, 'second');
    begin(1, 'An answ');
    fail(1);
    begin(1, 'An');

    const joined = open(2, [1, 'An answer.']);
    end(1);
    const woken = wake(2);

    expect(deletedOf(joined)).toEqual(['answer-1']);
    expect(deletedOf(woken)).toEqual(['answer-2']);
  });

  test('ST-3 is stalled no more when the history had it under a longer piece whose socket was lost before', () => {
    const { open, begin, end, wake } = createDialogue();
    open(1);
    begin(1, 'An answ');
    end(1);
    open(2);
    begin(2, 'An');

    const joined = open(3, [1, 'An answer.']);
    end(2);
    const woken = wake(3);

    expect(shownOf(joined)).toEqual(['answer-1']);
    expect(deletedOf(woken)).toEqual(['answer-2']);
  });

  test('ST-3 is not taken for the next one while that has no words yet', () => {
    const { open, begin, end, read } = createDialogue();
    open(1);
    begin(1, 'An');
    open(2, [1, 'An answer.']);
    end(1);
    begin(2, '');

    const joined = open(3, [1, 'An answer.'], [2, 'The next.']);
    end(2);
    const settled = read(3, [1, 'An answer.'], [2, 'The next.']);

    expect(shownOf(joined)).toEqual(['1', '2']);
    expect(deletedOf(joined)).toEqual(['answer-1']);
    expect(deletedOf(settled)).toContain('answer-2');
  });

  test('ST-3 is no piece of the whole one before it that begins in the same words', () => {
    const { open, begin, complete, end } = createDialogue();
    open(1);
    begin(1, 'Yes.');
    complete(1);
    begin(1, 'No.');
    complete(1);
    begin(1, 'Yes');
    end(1);

    const told = open(2, [1, 'Yes.'], [2, 'No.']);

    expect(shownOf(told)).toEqual(['answer-1', 'answer-2']);
    expect(deletedOf(told)).toEqual([]);
  });

  test('ST-3 is shown once, however late its socket brings what the history has', () => {
    const { open, read, begin, complete, pass } = createDialogue();
    open(1);
    read(1, [1, 'The first.']);
    pass(120_000);
    for (const text of ['The first.', 'The second.']) {
      begin(1, text);
      complete(1);
    }

    const told = read(1, [1, 'The first.'], [2, 'The second.']);

    expect(deletedOf(told)).toEqual(['answer-1']);
  });

  test('ST-3 is stalled no more when its socket was lost that brought it after the history', () => {
    const { open, read, begin, end, wake, pass } = createDialogue();
    open(1);
    read(1, [1, 'An answer.']);
    pass(1_000);
    begin(1, 'An answ');
    open(2, [1, 'An answer.']);
    end(1);

    expect(deletedOf(wake(2))).toEqual(['answer-1']);
  });

  test('ST-3 is not what the first history had in the same words', () => {
    const { open, begin, end, pass } = createDialogue();
    open(1, [1, 'An old answer.']);
    pass(1_000);
    begin(1, 'An');
    end(1);

    expect(deletedOf(open(2, [1, 'An old answer.']))).toEqual([]);
  });

  test('ST-3 is taken back with each join: a client that was closing has not heard of it', () => {
    const { open, read, begin, fail, end } = createDialogue();
    open(1);
    begin(1, 'An');
    fail(1);
    const unheard = read(1, [1, 'An answer.']);
    end(1);

    expect(deletedOf(unheard)).toEqual(['answer-1']);
    expect(deletedOf(open(2, [1, 'An answer.']))).toEqual(['answer-1']);
  });

  test('ST-3 is taken back at once where the history has gone on without it: two sockets brought one answer twice', () => {
    const { open, ask, begin, complete, read } = createDialogue();
    open(1);
    ask(1, 'first');
    ask(1, 'second');
    begin(1, 'An answer.');
    open(2);
    // The newer socket is ahead, and hears the first end and the repeat before the older one has told either.
    complete(2);
    begin(2, 'An answer.');
    complete(2);
    complete(1);
    begin(2, 'The next.');
    complete(2);

    const told = read(2, [1, 'An answer.'], [2, 'The next.']);

    expect(shownOf(told)).toEqual(['answer-1', 'answer-3']);
    expect(deletedOf(told)).toEqual(['answer-2']);
  });

  test('ST-3 is looked for once more where the history ends before it', () => {
    const { open, ask, begin, complete, read } = createDialogue();
    open(1);
    ask(1, 'first');
    begin(1, 'An answer.');
    complete(1);

    expect(deletedOf(read(1, [1, 'An old answer.']))).toEqual([]);
  });
});

describe('an answer in the words of the one before it', () => {
  const YES: readonly Row[] = [
    [1, 'Yes.'],
    [2, 'Yes.'],
  ];

  function askTwice() {
    const dialogue = createDialogue();
    const { open, ask, begin, complete } = dialogue;
    open(1);
    ask(1, 'first');
    ask(1, 'second');
    begin(1, 'Yes.');
    complete(1);
    begin(1, 'Yes.');
    complete(1);
    return dialogue;
  }

  test('ST-3 is the answer to the next question, once the history has it twice', () => {
    const told = askTwice().read(1, ...YES);

    expect(shownOf(told)).toEqual(['answer-1', '2']);
    expect(awaitsOf(told)).toBe(false);
  });

  test('ST-3 is no answer to the next question where the history has it once: a worker said it twice', () => {
    expect(awaitsOf(askTwice().read(1, [1, 'Yes.']))).toBe(true);
  });
});
