import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants/mutants.js';

const ROOT = new URL('../../', import.meta.url);

describe('planted mistakes', () => {
  it('are thirty at least, each under a name of its own', () => {
    const names = mutants.map(({ name }) => name);

    expect(names.length).toBeGreaterThanOrEqual(30);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(mutants)('$name changes what is there once', async ({ patches }) => {
    const sources = new Map<string, string>();

    for (const { file, find, replace } of patches) {
      const source = sources.get(file) ?? (await readFile(new URL(file, ROOT), 'utf8'));
      const pieces = source.split(find);

      expect(pieces, `${file} holds ${find}`).toHaveLength(2);
      expect(replace).not.toBe(find);
      sources.set(file, pieces.join(replace));
    }
  });
});
