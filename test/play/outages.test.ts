import { expect, test } from 'vitest';
import { Outages } from '../../examples/play/script/outages.js';

test('the longest of several outages counts, from the first word of the loss on', () => {
  const outages = new Outages();

  outages.opened(0);
  outages.lost(1_000);
  outages.lost(1_500);
  outages.opened(3_000);
  outages.lost(5_000);
  outages.opened(5_100);

  expect(outages.longestMs(9_000)).toBe(2_000);
});

test('one that is not over counts as far as it has come', () => {
  const outages = new Outages();

  outages.lost(1_000);

  expect([outages.longestMs(1_400), outages.longestMs(2_000)]).toEqual([400, 1_000]);
});
