/** Plans that once broke something. They run ahead of all seeds, for ever. */

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../plan/plan.js';

export interface Regression {
  /** The invariant that it broke. */
  readonly broke: string;
  /** What was wrong, in a sentence or two. */
  readonly because: string;
  readonly plan: Plan;
}

export const REGRESSIONS = fileURLToPath(new URL('../regressions/', import.meta.url));

export async function readRegressions(): Promise<readonly (Regression & { readonly name: string })[]> {
  await mkdir(REGRESSIONS, { recursive: true });
  const names = (await readdir(REGRESSIONS)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => {
      // Only `keepFailure` writes these files.
      const regression = JSON.parse(await readFile(`${REGRESSIONS}${name}`, 'utf8')) as Regression;
      return { ...regression, name };
    }),
  );
}
