import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { idsInTestNames } from '../../scripts/rules/clauses.js';
import { ROOT } from '../../scripts/rules/source-tree.js';

function idsOf(text: string): string[] {
  return [...idsInTestNames(new Map([['test/a.test.ts', text]]))];
}

test('the list of clauses is complete, family by family', () => {
  const listSchema = z.strictObject({
    release: z.string(),
    clauses: z.record(
      z.string(),
      z.strictObject({ release: z.string().nullable(), title: z.string().min(5).max(130) }),
    ),
  });

  const { clauses } = listSchema.parse(JSON.parse(readFileSync(`${ROOT}test/clauses.json`, 'utf8')));

  const families = new Map<string, number[]>();
  for (const id of Object.keys(clauses)) {
    const [, family = '', number = ''] = /^([A-Z]+)-?(\d+)$/.exec(id) ?? [];
    families.set(family, [...(families.get(family) ?? []), Number(number)]);
  }
  expect([...families.keys()]).toEqual(['UP', 'DS', 'SV', 'RX', 'ST', 'CN', 'MT', 'F', 'C', 'S']);
  for (const numbers of families.values()) expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test.each([
  ["test('UP-07 renews the token', () => {});", ['UP-07']],
  ["it('resends once (DS-8, F25)', () => {});", ['DS-8', 'F25']],
  ["describe('S1 origins', () => {});", ['S1']],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is a program.
  ['test(`C10 holds for ${name}`, () => {});', ['C10']],
  ["test.each([[1]])('F6 drops answer %i', () => {});", ['F6']],
  ["test.each([['F20 a server that drops']])('%s', () => {});", ['F20']],
  ["test.for([1])('CN-3 waits', () => {});", ['CN-3']],
  ["test('UP-7 renews the token', () => {});", ['UP-07']],
])('reads the ids of %s', (text, expected) => {
  const ids = idsOf(text);

  expect(ids).toEqual(expected);
});

test.each([
  ["// UP-07 is proven elsewhere\ntest('renews the token', () => {});"],
  ["test('reads UTF-16 and SHA-256', () => {});"],
  ["send('UP-07');"],
  ["test.each([['UP-07', 'about UP-08']])('%s', () => {});"],
  ["const F25 = 1; test('resends', () => F25);"],
])('reads no id from %j', (text) => {
  const ids = idsOf(text);

  expect(ids).toEqual([]);
});
