/** What an application's bundle grows by: minified and gzipped, React left to the application. */
import { readFileSync } from 'node:fs';
import { buildIfMissing } from './packed-package.js';
import { ROOT } from './rules/source-tree.js';
import { runTool } from './run.js';

export interface Size {
  readonly label: string;
  readonly sizeBytes: number;
  readonly limitBytes: number;
}

interface Entry {
  readonly name: string;
  readonly limit: string;
}

/** What an entry of .size-limit.json adds to another one, with a limit for that alone. */
const ADDED = [
  {
    label: 'useChatSocket, beyond the client',
    entry: 'ChatSocketClient and useChatSocket',
    beyond: 'ChatSocketClient with its defaults',
    limit: '1.5 KiB',
  },
  {
    label: 'streamingProtocol, beyond the client',
    entry: 'ChatSocketClient and streamingProtocol',
    beyond: 'ChatSocketClient with its defaults',
    limit: '7.6 KiB',
  },
  {
    label: 'threadProtocol, beyond the client',
    entry: 'ChatSocketClient and threadProtocol',
    beyond: 'ChatSocketClient with its defaults',
    limit: '5.2 KiB',
  },
];

const KIBIBYTE = 1024;

/** Measures every entry of .size-limit.json in the build. */
export function measureSizes(): Size[] {
  buildIfMissing();
  const measured = runTool('size-limit/bin.js', ['--json']);
  // An entry over its limit is told by the exit code as well; only a failure to measure prints no list.
  if (!measured.standardOutput.trimStart().startsWith('[')) throw new Error(`size-limit failed:\n${measured.output}`);
  // The shapes are those of size-limit 12 and of the file below.
  const results = JSON.parse(measured.standardOutput) as { name: string; size: number }[];
  const entries = JSON.parse(readFileSync(`${ROOT}.size-limit.json`, 'utf8')) as Entry[];
  const sizeOf = (name: string): number => {
    const found = results.find((result) => result.name === name);
    if (found === undefined) throw new Error(`.size-limit.json names no "${name}".`);
    return found.size;
  };
  const sizes = entries.map(({ name, limit }) => ({
    label: name,
    sizeBytes: sizeOf(name),
    limitBytes: limitBytes(limit),
  }));
  const added = ADDED.map(({ label, entry, beyond, limit }) => ({
    label,
    sizeBytes: sizeOf(entry) - sizeOf(beyond),
    limitBytes: limitBytes(limit),
  }));
  return [...sizes, ...added];
}

export function inKibibytes(sizeBytes: number): string {
  return `${(sizeBytes / KIBIBYTE).toFixed(1)} KiB`;
}

function limitBytes(limit: string): number {
  const kibibytes = /^([\d.]+) KiB$/.exec(limit)?.[1];
  if (kibibytes === undefined) throw new Error(`The limit "${limit}" is not a number of KiB.`);
  return Number(kibibytes) * KIBIBYTE;
}
