import { unusableOption } from '../errors/unusable-option.js';

/** The type of each option, or the methods that it has to offer. */
const KINDS: Readonly<Record<string, string | readonly string[]>> = {
  databaseName: 'string',
  codec: ['encode', 'decode'],
  indexedDB: ['open'],
  locks: ['request'],
  broadcastChannel: 'function',
  clock: ['nowMs', 'startTimer'],
};

/** Throws `usage/invalid-option` at once: at the opening it would look like a platform that has no storage. */
export function checkStoreOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw unusableOption('options', 'an object');
  for (const [name, value] of Object.entries(options)) {
    const kind = KINDS[name];
    if (kind === undefined) throw unusableOption(name, `one of ${Object.keys(KINDS).join(', ')}`);
    const mayBeNull = name === 'locks' || name === 'broadcastChannel';
    if (value === undefined || (value === null && mayBeNull) || isUsable(value, kind)) continue;
    throw unusableOption(name, typeof kind === 'string' ? `a ${kind}` : `an object with ${kind.join('(), ')}()`);
  }
}

function isUsable(value: unknown, kind: string | readonly string[]): boolean {
  if (typeof kind === 'string') return typeof value === kind && value !== '';
  return kind.every((method) => typeof Reflect.get(Object(value), method) === 'function');
}
