import { describe, expect, test } from 'vitest';
import type { Told } from '../../scripts/bench/flapping/contestant.js';
import { isFlawless, judge } from '../../scripts/bench/flapping/verdict.js';

/** One letter a message, and a word for each. */
function toldOf(texts: string, word: Told | null) {
  return [...texts].map((text) => ({ text, told: word }));
}

describe('a run without a fault', () => {
  test('is flawless', () => {
    const verdict = judge({ told: toldOf('abc', 'ok'), log: [...'abc'], views: [[...'abc'], [...'abc']] });

    expect(isFlawless(verdict)).toBe(true);
    expect(verdict).toMatchObject({ sent: 3, toldOk: 3, lost: 0 });
  });
});

describe('what went wrong', () => {
  test('a message that is not in the log is lost, and the ok for it was false', () => {
    const verdict = judge({ told: toldOf('abc', 'ok'), log: [...'ac'], views: [[...'ac']] });

    expect(verdict).toMatchObject({ lost: 1, toldOk: 3, falseOk: 1 });
    expect(isFlawless(verdict)).toBe(false);
  });

  test('an error for a message that arrived was false', () => {
    const verdict = judge({ told: toldOf('ab', 'error'), log: [...'a'], views: [[...'a']] });

    expect(verdict).toMatchObject({ toldError: 2, falseError: 1, lost: 1 });
    expect(isFlawless(verdict)).toBe(false);
  });

  test('copies in the log and on a screen are counted apart', () => {
    const inLog = judge({ told: toldOf('ab', 'ok'), log: [...'aab'], views: [[...'ab']] });
    const onScreen = judge({ told: toldOf('ab', 'ok'), log: [...'ab'], views: [[...'ab'], [...'abab']] });

    expect([inLog.repeated, inLog.visible]).toEqual([1, 0]);
    expect([onScreen.repeated, onScreen.visible]).toEqual([0, 2]);
    expect([isFlawless(inLog), isFlawless(onScreen)]).toEqual([false, false]);
  });

  test('a message behind a later one is out of order, and a repeat is not', () => {
    const late = judge({ told: toldOf('abcd', 'ok'), log: [...'acdb'], views: [[...'acdb']] });
    const repeat = judge({ told: toldOf('abcd', 'ok'), log: [...'abcda'], views: [[...'abcd']] });

    expect([late.outOfOrder, repeat.outOfOrder]).toEqual([1, 0]);
    expect(isFlawless(late)).toBe(false);
  });

  test('disorder on a screen counts where the log is in order', () => {
    const verdict = judge({ told: toldOf('abc', 'ok'), log: [...'abc'], views: [[...'bac']] });

    expect(verdict.outOfOrder).toBe(1);
  });

  test('a message that the observer never saw is unseen', () => {
    const verdict = judge({ told: toldOf('ab', 'ok'), log: [...'ab'], views: [[...'a'], [...'ab']] });

    expect(verdict.unseen).toBe(1);
    expect(isFlawless(verdict)).toBe(false);
  });

  test('a sender that heard nothing was not told the truth', () => {
    const told = [...toldOf('a', 'nothing'), ...toldOf('b', null)];
    const verdict = judge({ told, log: [...'ab'], views: [[...'ab']] });

    expect(verdict.toldNothing).toBe(2);
    expect(isFlawless(verdict)).toBe(false);
  });
});
