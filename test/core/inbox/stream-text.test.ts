/** One text, put together by offset from chunks that overlap, repeat, run ahead, contradict each other and do not stop. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Chunk, EarlyChunks } from '../../../src/core/inbox/early-chunks.js';
import { wellFormedPrefix } from '../../../src/core/inbox/stream.js';
import { EARLY_CHUNKS_MAX, EARLY_LENGTH_MAX, STREAM_LENGTH_MAX } from '../../../src/core/inbox/stream-limits.js';
import { StreamText, type TextStep } from '../../../src/core/inbox/stream-text.js';

const SEED = Number(process.env['SEED'] ?? 1_234_567);

function textOf(...chunks: readonly (readonly [offset: number, text: string])[]): StreamText {
  const text = new StreamText();
  for (const [offset, part] of chunks) text.grow({ offset, text: part });
  return text;
}

function kinds(steps: readonly TextStep[]): readonly string[] {
  return steps.map(({ type }) => type);
}

describe('chunks by offset', () => {
  test.each<[string, { chunk: Chunk; steps: readonly TextStep[]; shown: string }]>([
    [
      'at the end is added',
      { chunk: { offset: 3, text: 'de' }, steps: [{ type: 'grown', offset: 3, text: 'de' }], shown: 'abcde' },
    ],
    [
      'that overlaps with the same text is cut',
      { chunk: { offset: 1, text: 'bcde' }, steps: [{ type: 'grown', offset: 3, text: 'de' }], shown: 'abcde' },
    ],
    ['that is known adds nothing', { chunk: { offset: 1, text: 'bc' }, steps: [], shown: 'abc' }],
    ['of nothing adds nothing', { chunk: { offset: 2, text: '' }, steps: [], shown: 'abc' }],
    ['of nothing at the end adds nothing', { chunk: { offset: 3, text: '' }, steps: [], shown: 'abc' }],
    [
      'that overlaps with another text is a conflict',
      { chunk: { offset: 1, text: 'Xcde' }, steps: [{ type: 'conflict' }], shown: 'abc' },
    ],
    [
      'that is known as another text is a conflict',
      { chunk: { offset: 0, text: 'abX' }, steps: [{ type: 'conflict' }], shown: 'abc' },
    ],
    [
      'from beyond the end is missing what is before it',
      { chunk: { offset: 4, text: 'e' }, steps: [{ type: 'missing' }], shown: 'abc' },
    ],
  ])('ST-2 F88 one %s', (_what, { chunk, steps, shown }) => {
    const text = textOf([0, 'abc']);

    const seen = text.grow(chunk);

    expect(seen).toEqual(steps);
    expect(text.shown).toBe(shown);
  });

  test('ST-2 those that came early follow as soon as what is before them is here', () => {
    const text = textOf([0, 'ab'], [6, 'gh'], [4, 'ef'], [5, 'fg']);

    const steps = text.grow({ offset: 2, text: 'cd' });

    expect(steps.map((step) => (step.type === 'grown' ? step.text : '')).join('')).toBe('cdefgh');
    expect(text.shown).toBe('abcdefgh');
  });

  test('ST-2 an early one that contradicts what came since is a conflict', () => {
    const text = textOf([0, 'ab'], [3, 'XY']);

    const steps = text.grow({ offset: 2, text: 'cde' });

    expect(kinds(steps)).toEqual(['grown', 'conflict']);
    expect(text.shown).toBe('abcde');
  });

  test('ST-2 a chunk that reaches back over thousands of characters is compared with all of them', () => {
    const whole = Array.from({ length: 5_000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
    const text = textOf(...[...whole].map((unit, offset): [number, string] => [offset, unit]));

    const same = text.grow({ offset: 10, text: `${whole.slice(10)}!` });
    const other = text.grow({ offset: 10, text: whole.slice(11) });

    expect(same).toEqual([{ type: 'grown', offset: 5_000, text: '!' }]);
    expect(kinds(other)).toEqual(['conflict']);
  });

  test(`ST-2 ST-5 ST-7 F88 F95 any pieces in any order show a prefix, and what is told adds up to it (seed ${SEED})`, () => {
    const property = fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '👩‍👧', '🇩🇪'), minLength: 1, maxLength: 60, size: 'max' }),
      fc.array(fc.tuple(fc.nat(120), fc.nat(30)), { maxLength: 80, size: 'max' }),
      (whole, pieces) => {
        const text = new StreamText();
        let told = '';
        for (const [start, length] of [...pieces, [0, whole.length] as const]) {
          const offset = Math.min(start, whole.length);
          for (const step of text.grow({ offset, text: whole.slice(offset, offset + length) })) {
            if (step.type === 'grown') told += step.text;
          }
          expect(whole.startsWith(text.shown)).toBe(true);
          expect(wellFormedPrefix(text.shown)).toBe(text.shown);
          expect(told).toBe(text.shown);
        }
        expect(text.shown).toBe(whole);
      },
    );

    fc.assert(property, { seed: SEED, numRuns: 1_000 });
  });
});

describe('half a character', () => {
  test('ST-7 F95 waits for its other half, and is told with it', () => {
    const text = new StreamText();

    const told = 'x😀y'.split('').map((unit, offset) => text.grow({ offset, text: unit }));

    expect(told).toEqual([
      [{ type: 'grown', offset: 0, text: 'x' }],
      [],
      [{ type: 'grown', offset: 1, text: '😀' }],
      [{ type: 'grown', offset: 3, text: 'y' }],
    ]);
    expect(text.length).toBe(4);
  });

  test('ST-7 counts in the place to go on from', () => {
    const text = textOf([0, 'x\ud83d']);

    expect([text.shown, text.length]).toEqual(['x', 2]);
    expect(kinds(text.grow({ offset: 1, text: '\ud83d\ude00' }))).toEqual(['grown']);
    expect(text.shown).toBe('x😀');
  });

  test.each([
    ['', ''],
    ['a', 'a'],
    ['a\ud83d', 'a'],
    ['a\ud83d\ude00', 'a\ud83d\ude00'],
    ['a\ude00', 'a\ude00'],
  ])('ST-7 the well-formed part of %j is %j', (text, part) => {
    expect(wellFormedPrefix(text)).toBe(part);
  });
});

describe('the whole text of a server', () => {
  test.each<[string, { whole: string; steps: readonly TextStep[]; shown: string }]>([
    [
      'that goes on becomes a delta',
      { whole: 'abcde', steps: [{ type: 'grown', offset: 3, text: 'de' }], shown: 'abcde' },
    ],
    ['that is the same is nothing new', { whole: 'abc', steps: [], shown: 'abc' }],
    ['that is shorter does not shrink what is shown', { whole: 'ab', steps: [], shown: 'abc' }],
    ['that is empty does not shrink what is shown', { whole: '', steps: [], shown: 'abc' }],
    ['that is another one replaces', { whole: 'xyz', steps: [{ type: 'replaced' }], shown: 'xyz' }],
    ['that is shorter and another one replaces', { whole: 'x', steps: [{ type: 'replaced' }], shown: 'x' }],
  ])('UP-14 ST-3 ST-5 F89 one %s', (_what, { whole, steps, shown }) => {
    const text = textOf([0, 'abc']);

    const seen = text.replace(whole);

    expect(seen).toEqual(steps);
    expect([text.shown, text.length]).toEqual([shown, whole.length]);
  });

  test('ST-5 F96 that is shorter goes on in silence until it is farther than what is shown', () => {
    const text = textOf([0, 'abcd']);
    text.replace('ab');

    const behind = text.grow({ offset: 2, text: 'c' });
    const past = text.grow({ offset: 3, text: 'def' });

    expect(behind).toEqual([]);
    expect(past).toEqual([{ type: 'grown', offset: 4, text: 'ef' }]);
    expect(text.shown).toBe('abcdef');
  });

  test('ST-5 F96 that is shorter and then goes another way replaces: nothing is spliced', () => {
    const text = textOf([0, 'abcd']);
    text.replace('ab');

    const steps = text.grow({ offset: 2, text: 'X' });

    expect(steps).toEqual([{ type: 'replaced' }]);
    expect(text.shown).toBe('abX');
  });

  test('ST-4 that was shorter to its end is the last word', () => {
    const text = textOf([0, 'abcd']);
    text.replace('ab');

    const isOther = text.settle();

    expect([isOther, text.shown]).toEqual([true, 'ab']);
  });

  test('ST-2 is told from the start after a restart, and what is shown stays until then', () => {
    const text = textOf([0, 'abcd']);

    text.restart();
    const before = [text.shown, text.length];
    const steps = [...text.grow({ offset: 0, text: 'ab' }), ...text.grow({ offset: 2, text: 'cde' })];

    expect(before).toEqual(['abcd', 0]);
    expect(steps).toEqual([{ type: 'grown', offset: 4, text: 'e' }]);
  });
});

describe('limits', () => {
  test('ST-6 a text ends at 262,144 code units, and says so', () => {
    const text = textOf([0, 'x'.repeat(STREAM_LENGTH_MAX - 1)]);

    const last = text.grow({ offset: STREAM_LENGTH_MAX - 1, text: 'y' });
    const over = text.grow({ offset: STREAM_LENGTH_MAX, text: 'z' });

    expect([kinds(last), kinds(over)]).toEqual([['grown'], ['too-long']]);
    expect([text.shown.length, text.shown.at(-1)]).toEqual([STREAM_LENGTH_MAX, 'y']);
  });

  test.each([
    ['one chunk', (text: StreamText) => text.grow({ offset: 0, text: 'x'.repeat(1_048_576) })],
    ['a whole text', (text: StreamText) => text.replace('x'.repeat(1_048_576))],
  ])('ST-6 %s of 1 MiB is cut there, never inside of a character', (_what, give) => {
    const text = new StreamText();

    const steps = give(text);

    expect(kinds(steps)).toEqual(['grown', 'too-long']);
    expect(text.shown).toHaveLength(STREAM_LENGTH_MAX);
  });

  test('ST-6 ST-7 the cut never halves a character', () => {
    const text = new StreamText();

    text.replace(`x${'😀'.repeat(STREAM_LENGTH_MAX / 2)}`);

    expect(text.shown).toHaveLength(STREAM_LENGTH_MAX - 1);
  });

  test('I11 F90 early chunks are held up to a number and a size', () => {
    const many = new EarlyChunks();
    const big = new EarlyChunks();

    for (let offset = 1; offset <= 10_000; offset += 1) many.hold({ offset, text: 'x' });
    for (let offset = 1; offset <= 10; offset += 1) big.hold({ offset, text: 'x'.repeat(EARLY_LENGTH_MAX / 4) });

    expect([heldBy(many).length, heldBy(big).length]).toEqual([EARLY_CHUNKS_MAX, 4]);
    expect([many.take(99), big.take(99)]).toEqual([null, null]);
  });

  test('I11 an early chunk that comes again is held once, the longer one', () => {
    const early = new EarlyChunks();

    for (const text of ['ab', 'abc', 'a']) early.hold({ offset: 5, text });

    expect(heldBy(early)).toEqual([{ offset: 5, text: 'abc' }]);
  });
});

describe('cost', () => {
  test.each<[string, (text: StreamText, offset: number) => void]>([
    ['of one character', (text, offset) => text.grow({ offset, text: 'x' })],
    [
      'of one character, each of them twice',
      (text, offset) => {
        text.grow({ offset, text: 'x' });
        text.grow({ offset, text: 'x' });
      },
    ],
  ])('F91 a hundred thousand chunks %s take time in proportion', (_what, grow) => {
    const costMs = (count: number) => {
      const text = new StreamText();
      const started = process.cpuUsage();
      for (let offset = 0; offset < count; offset += 1) grow(text, offset);
      return process.cpuUsage(started).user / 1_000;
    };
    costMs(20_000);

    const small = Math.min(...[1, 2, 3].map(() => costMs(10_000)));
    const large = Math.min(...[1, 2, 3].map(() => costMs(100_000)));

    // The floor is for clocks that count in milliseconds; quadratic cost would be a hundred times as much.
    expect(large).toBeLessThan(Math.max(60, 30 * small));
  });
});

function heldBy(early: EarlyChunks) {
  const held = [];
  for (let chunk = early.take(Infinity); chunk !== null; chunk = early.take(Infinity)) held.push(chunk);
  return held;
}
