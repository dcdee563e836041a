/** What `npm run simulate` can be told on the command line. */
import { parseArgs } from 'node:util';
import { families, isFamilyName } from '../test/simulation/families/families.js';
import type { FamilyName } from '../test/simulation/families/family.js';

export interface SimulateArguments {
  readonly seeds: number;
  readonly from: number;
  /** This one life only. */
  readonly seed: number | null;
  /** Null for the native protocol and its server. */
  readonly family: FamilyName | null;
  readonly threads: number;
  /** The file of a plan that was kept. */
  readonly replay: string | null;
  readonly trace: boolean;
  readonly twice: boolean;
  readonly shrink: boolean;
  readonly all: boolean;
}

export type ReadArguments =
  | { readonly mode: 'run'; readonly wanted: SimulateArguments }
  | { readonly mode: 'help' }
  | { readonly mode: 'wrong'; readonly reason: string };

export const HELP = `Lives random lives of the real client and a server in virtual time.

  npm run simulate -- --seeds 2000 --from 1     many seeds; fails if one breaks an invariant
  npm run simulate -- --seed 7 --trace          one seed, with every line of it; --shrink keeps the least of a failure
  npm run simulate -- --seeds 50 --twice        each seed twice; fails if two traces differ
  npm run simulate -- --replay file.json        a plan that was kept
  npm run simulate -- --family streaming        another protocol (also: thread, base), against a model of its server

  --seeds N     so many lives (default 200)
  --from N      the first seed (default 1)
  --threads N   at a time (default 2)
  --all         does not end after a few failures
`;

export function readSimulateArguments(words: readonly string[]): ReadArguments {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        seeds: { type: 'string', default: '200' },
        from: { type: 'string', default: '1' },
        seed: { type: 'string' },
        family: { type: 'string' },
        threads: { type: 'string', default: '2' },
        replay: { type: 'string' },
        trace: { type: 'boolean', default: false },
        twice: { type: 'boolean', default: false },
        shrink: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { mode: 'help' };
    const wanted = {
      ...values,
      seeds: count('seeds', values.seeds),
      from: count('from', values.from),
      threads: count('threads', values.threads),
      seed: values.seed === undefined ? null : count('seed', values.seed),
      family: readFamily(values.family),
      replay: values.replay ?? null,
    };
    return { mode: 'run', wanted };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\. To specify[\s\S]*$/, '') : String(error);
    return { mode: 'wrong', reason: `${reason.replace(/\.$/, '')}. See npm run simulate -- --help.` };
  }
}

function count(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && Number.isSafeInteger(value)) return value;
  throw new Error(`--${name} takes a whole number from 1 on, not "${text}".`);
}

function readFamily(name: string | undefined): FamilyName | null {
  if (name === undefined) return null;
  if (isFamilyName(name)) return name;
  throw new Error(`--family is one of ${Object.keys(families).join(', ')}, not "${name}".`);
}
