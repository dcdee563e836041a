/** What `npm start` can be told. */
import { parseArgs } from 'node:util';

export const PORT_DEFAULT = 5180;

export interface PageArguments {
  readonly mode: 'page';
  /** Null for the default port, or the next free one. */
  readonly port: number | null;
}

export interface ScriptArguments {
  readonly mode: 'script';
  readonly seed: number;
  readonly messages: number;
  readonly clients: number;
  readonly sabotage: 'drop-dedup' | null;
}

export type ReadArguments =
  | PageArguments
  | ScriptArguments
  | { readonly mode: 'help' }
  | { readonly mode: 'wrong'; readonly reason: string };

export const USAGE = `npm start                       chat in the browser: starts the server and the page, prints the address
npm start -- --port 8080        the same on a port of your choice (default ${PORT_DEFAULT}, or the next free one)
npm start -- --script           no browser: many clients, a bad network, two server restarts, and a count at the end

With --script:
  --messages N                  messages in total, 100 to 100000 (default 2000)
  --clients N                   clients, 10 to 200, a multiple of 5: five conversations (default 20)
  --seed N                      repeats the faults of an earlier run, 0 to 4294967295 (default: a new one each time)
  --sabotage drop-dedup         turns the server's deduplication off; the run has to notice
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  port: { type: 'string' },
  script: { type: 'boolean' },
  messages: { type: 'string' },
  clients: { type: 'string' },
  seed: { type: 'string' },
  sabotage: { type: 'string' },
} as const;

const SCRIPT_ONLY = ['messages', 'clients', 'seed', 'sabotage'] as const;
/** Some are kept back for the exact situations that deduplication has to save. */
const MESSAGES_PER_CLIENT_MIN = 5;
const SEED_MAX = 2 ** 32 - 1;

/** `seedDefault` is used where none is given. */
export function readArguments(words: readonly string[], seedDefault: number): ReadArguments {
  try {
    const { values } = parseArgs({ args: [...words], options: OPTIONS, strict: true, allowPositionals: false });
    if (values.help === true) return { mode: 'help' };
    if (values.script === true) return readScript(values, seedDefault);
    const stray = SCRIPT_ONLY.find((name) => values[name] !== undefined);
    if (stray !== undefined) return wrong(`--${stray} is for --script only`);
    return { mode: 'page', port: readNumber('port', values.port, { min: 1, max: 65_535, fallback: null }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return wrong(message.replace(/\. To specify[\s\S]*$/, '').replace(/\.$/, ''));
  }
}

type Values = Readonly<Partial<Record<'port' | (typeof SCRIPT_ONLY)[number], string>>>;

function readScript(values: Values, seedDefault: number): ReadArguments {
  if (values.port !== undefined) return wrong('--port is for the page; --script takes free ports by itself');
  const { sabotage } = values;
  if (sabotage !== undefined && sabotage !== 'drop-dedup') {
    return wrong(`--sabotage knows "drop-dedup", not "${sabotage}"`);
  }
  const clients = readNumber('clients', values.clients, { min: 10, max: 200, fallback: 20 });
  if (clients % 5 !== 0) return wrong(`--clients takes a multiple of 5, not ${clients}`);
  const messages = readNumber('messages', values.messages, { min: 100, max: 100_000, fallback: 2_000 });
  if (messages < MESSAGES_PER_CLIENT_MIN * clients) {
    return wrong(`--messages ${messages} is too few for ${clients} clients; each needs ${MESSAGES_PER_CLIENT_MIN}`);
  }
  return {
    mode: 'script',
    seed: readNumber('seed', values.seed, { min: 0, max: SEED_MAX, fallback: seedDefault }),
    messages,
    clients,
    sabotage: sabotage ?? null,
  };
}

interface NumberRange<Fallback> {
  readonly min: number;
  readonly max: number;
  readonly fallback: Fallback;
}

/** Throws a reason for what is not a whole number in range. */
function readNumber<Fallback>(name: string, text: string | undefined, range: NumberRange<Fallback>): number | Fallback {
  if (text === undefined) return range.fallback;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  throw new Error(`--${name} takes a whole number from ${range.min} to ${range.max}, not "${text}"`);
}

function wrong(reason: string): ReadArguments {
  return { mode: 'wrong', reason: `${reason}. See npm start -- --help.` };
}
