/** What the benches can be told on the command line: whole numbers by name, and `--json`. */
import { parseArgs } from 'node:util';

export interface NumberOption {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
  /** One line for `--help`. */
  readonly meaning: string;
}

export type NumberOptions = Readonly<Record<string, NumberOption>>;

export type BenchArguments<Options extends NumberOptions> =
  | { readonly mode: 'run'; readonly isJson: boolean; readonly numbers: { readonly [Name in keyof Options]: number } }
  | { readonly mode: 'help'; readonly text: string }
  | { readonly mode: 'wrong'; readonly reason: string };

/** Reads the words after `npm run <bench> --`. */
export function readBenchArguments<Options extends NumberOptions>(
  bench: string,
  options: Options,
  words: readonly string[],
): BenchArguments<Options> {
  const names = Object.keys(options);
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' } as const])),
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
      },
      strict: true,
    });
    if (values.help === true) return { mode: 'help', text: helpText(bench, options) };
    const given: Readonly<Record<string, unknown>> = values;
    const read = Object.entries(options).map(
      ([name, option]) => [name, readNumber(name, option, given[name])] as const,
    );
    // Every name of the options is in it, because it was made from them.
    const numbers = Object.fromEntries(read) as { [Name in keyof Options]: number };
    return { mode: 'run', isJson: values.json === true, numbers };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\. To specify[\s\S]*$/, '') : String(error);
    return { mode: 'wrong', reason: `${reason.replace(/\.$/, '')}. See npm run ${bench} -- --help.` };
  }
}

/** `EX_USAGE`: the words are wrong, trying again does not help. */
export const USAGE_EXIT = 64;

/** The numbers to run with; prints and ends the program where the words ask for help or are wrong. */
export function argumentsOrExit<Options extends NumberOptions>(bench: string, options: Options) {
  const read = readBenchArguments(bench, options, process.argv.slice(2));
  if (read.mode === 'run') return read;
  if (read.mode === 'help') process.stdout.write(read.text);
  else process.stderr.write(`${read.reason}\n`);
  process.exit(read.mode === 'help' ? 0 : USAGE_EXIT);
}

function readNumber(name: string, { min, max, fallback }: NumberOption, text: unknown): number {
  if (text === undefined) return fallback;
  const value = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${name} takes a whole number from ${min} to ${max}, not "${String(text)}"`);
}

function helpText(bench: string, options: NumberOptions): string {
  const lines = Object.entries(options).map(
    ([name, { meaning, fallback }]) => `  --${`${name} N`.padEnd(20)}${meaning} (default ${fallback})`,
  );
  return [`npm run ${bench} -- [options]`, '', ...lines, `  --${'json'.padEnd(20)}prints the figures as JSON`, ''].join(
    '\n',
  );
}
