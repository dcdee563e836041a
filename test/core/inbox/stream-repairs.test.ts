/** A server that contradicts itself, comes back with less, or names a wrong length: nothing is spliced, nothing hangs. */

import { describe, expect, test } from 'vitest';
import { REPAIRS_MAX } from '../../../src/core/inbox/stream-limits.js';
import { end, grow, growing, ID, resume, shown, statusOf } from '../../support/answer.js';
import { kindsOf } from '../../support/wire-log.js';

const OFFSET = (offset: number) => [{ messageId: ID, offset }];

describe('a chunk that says another text', () => {
  test('ST-2 F88 is not shown: the whole answer is asked for, and what is shown stays until it comes', () => {
    const inbox = growing('Hello');

    const conflict = grow(inbox, 3, 'XX and on');
    const asked = [shown(inbox), inbox.streams.offsets()];
    const whole = inbox.streams.replace(ID, 'HelXX and on');

    expect(kindsOf(conflict)).toEqual(['rejoin-needed']);
    expect(asked).toEqual(['Hello', OFFSET(0)]);
    expect(kindsOf(whole)).toEqual(['updated']);
    expect(shown(inbox)).toBe('HelXX and on');
  });

  test('ST-2 is forgotten when the whole is what was shown', () => {
    const inbox = growing('Hello');

    grow(inbox, 3, 'XX');
    const whole = grow(inbox, 0, 'Hello you');

    expect(whole).toEqual([{ type: 'stream-delta', id: ID, offset: 5, text: ' you' }]);
    expect(shown(inbox)).toBe('Hello you');
  });

  test('ST-2 again and again ends the answer as failed, with the text that was shown first', () => {
    const inbox = growing('Hello');

    const told = Array.from({ length: 20 }, () => {
      const conflict = kindsOf([...grow(inbox, 0, 'Hel'), ...grow(inbox, 2, 'XX')]);
      return conflict[0];
    });

    expect(told.filter((kind) => kind === 'rejoin-needed')).toHaveLength(REPAIRS_MAX);
    expect(told.filter((kind) => kind === 'stream-ended')).toHaveLength(1);
    expect([shown(inbox), statusOf(inbox)]).toEqual(['Hello', 'failed']);
  });

  test('ST-2 is a matter of one connection: the next one begins to count anew', () => {
    const inbox = growing('Hello');
    for (let time = 0; time < REPAIRS_MAX; time += 1) {
      grow(inbox, 0, 'Hel');
      grow(inbox, 2, 'XX');
    }

    resume(inbox, 'Hello', true);

    expect([grow(inbox, 4, '?').map(({ type }) => type), statusOf(inbox)]).toEqual([['rejoin-needed'], 'streaming']);
  });
});

describe('a server that came back with less of an answer', () => {
  test('ST-3 ST-5 F96 shrinks nothing while it goes on', () => {
    const inbox = growing('Hello world');

    resume(inbox, 'Hello', true);
    const after = [shown(inbox), statusOf(inbox), inbox.streams.offsets()];
    grow(inbox, 5, ' world again');

    expect(after).toEqual(['Hello world', 'streaming', OFFSET(5)]);
    expect(shown(inbox)).toBe('Hello world again');
  });

  test('ST-5 F96 and ends it there: its last word is the text', () => {
    const inbox = growing('Hello world');

    inbox.streams.replace(ID, 'Hello');
    const ended = end(inbox, 5, { status: 'failed' });

    expect(kindsOf(ended)).toEqual(['updated', 'stream-ended', `received ${ID}`]);
    expect([shown(inbox), statusOf(inbox)]).toEqual(['Hello', 'failed']);
  });

  test('ST-5 F96 and has a whole row of it: that is the text', () => {
    const inbox = growing('Hello world');

    resume(inbox, 'Hello', false);

    expect([shown(inbox), statusOf(inbox)]).toEqual(['Hello', 'done']);
  });

  test('ST-5 F96 and goes another way: the other text is shown, never a splice', () => {
    const inbox = growing('Hello world');

    inbox.streams.replace(ID, 'Hello');
    const other = grow(inbox, 5, ' dear');

    expect(kindsOf(other)).toEqual(['updated']);
    expect(shown(inbox)).toBe('Hello dear');
  });
});

describe('the length that an end names', () => {
  test('ST-4 F93 is smaller than the text: the whole is asked for, and shown if it is that long', () => {
    const inbox = growing('Hello');

    const asked = end(inbox, 3);
    const offsets = inbox.streams.offsets();
    const rest = [...grow(inbox, 0, 'Bye'), ...end(inbox, 3)];

    expect([kindsOf(asked), offsets]).toEqual([['rejoin-needed'], OFFSET(0)]);
    expect(kindsOf(rest)).toEqual(['updated', 'stream-ended', `received ${ID}`]);
    expect([shown(inbox), statusOf(inbox)]).toEqual(['Bye', 'done']);
  });

  test('ST-4 F93 is smaller for ever: the answer fails with its text', () => {
    const inbox = growing('Hello');

    for (let time = 0; time < 20; time += 1) {
      end(inbox, 3);
      grow(inbox, 0, 'Hello');
    }

    expect([shown(inbox), statusOf(inbox)]).toEqual(['Hello', 'failed']);
  });

  test.each([
    ['done', 'done'],
    ['failed', 'failed'],
    ['stopped', 'stopped'],
  ] as const)('ST-4 is met by the last chunk, whenever that comes: then it is %s', (status, shownStatus) => {
    const inbox = growing('ab');

    end(inbox, 4, { status });
    const early = kindsOf(grow(inbox, 3, 'd'));
    const last = kindsOf(grow(inbox, 2, 'c'));

    expect(early).toEqual(['rejoin-needed']);
    expect(last).toEqual(['stream-delta', 'stream-delta', 'stream-ended', `received ${ID}`]);
    expect([shown(inbox), statusOf(inbox)]).toEqual(['abcd', shownStatus]);
  });

  test('ST-4 F93 is told before the first chunk, and the text is asked for', () => {
    const inbox = growing();

    const asked = kindsOf(end(inbox, 2));
    const text = kindsOf(grow(inbox, 0, 'ab'));

    expect(asked).toEqual(['rejoin-needed']);
    expect(text).toEqual(['stream-delta', 'stream-ended', `received ${ID}`]);
  });

  test('ST-4 is none: an answer without a word is done', () => {
    const inbox = growing();

    expect(kindsOf(end(inbox, 0))).toEqual(['stream-ended', `received ${ID}`]);
    expect([shown(inbox), statusOf(inbox)]).toEqual(['', 'done']);
  });
});

describe('chunks that went missing', () => {
  test('ST-2 F88 are asked for at the first sign, and then ever more seldom', () => {
    const inbox = growing('ab');

    const asks = Array.from({ length: 1_000 }, (_, index) => grow(inbox, 3 + index, 'x')).flatMap(kindsOf);

    expect(asks).toEqual(Array.from({ length: 10 }, () => 'rejoin-needed'));
    expect(shown(inbox)).toBe('ab');
  });

  test('ST-3 early ones of an older connection are forgotten: the new server may say otherwise', () => {
    const inbox = growing('ab');
    grow(inbox, 4, 'OLD');

    resume(inbox, 'ab', true);
    grow(inbox, 2, 'cd');

    expect(shown(inbox)).toBe('abcd');
  });
});
