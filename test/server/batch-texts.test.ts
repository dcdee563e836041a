import { describe, expect, it } from 'vitest';
import { batchTexts } from '../../examples/server/shell/batch-texts.js';

const frames = (count: number, length = 10) => Array.from({ length: count }, (_, index) => `${index}`.padEnd(length));

/** The batches, told apart by the brackets. */
const sizesOf = (texts: readonly string[]) => texts.map((text) => (text.startsWith('[') ? text.split(',').length : 1));

describe('what one moment has to say to one socket', () => {
  it('leaves as one array, in its order', () => {
    expect(batchTexts(['{"a":1}', '{"b":2}', '{"c":3}'])).toEqual(['[{"a":1},{"b":2},{"c":3}]']);
  });

  it('leaves as it is where it is one frame, and not at all where it is none', () => {
    expect(batchTexts(['{"a":1}'])).toEqual(['{"a":1}']);
    expect(batchTexts([])).toEqual([]);
  });

  it.each([
    ['64 frames', frames(150), [64, 64, 22]],
    ['16,384 characters', frames(5, 6_000), [2, 2, 1]],
  ])('SV-8 is parted after %s', (_, said, sizes) => {
    const texts = batchTexts(said);

    expect(sizesOf(texts)).toEqual(sizes);
    expect(texts.join('').replaceAll(/[[\],]/g, '')).toBe(said.join(''));
  });

  it('parts a long frame from the others', () => {
    const long = 'x'.repeat(20_000);

    expect(batchTexts(['a', 'b', long, 'c', 'd'])).toEqual(['[a,b]', long, '[c,d]']);
  });
});
