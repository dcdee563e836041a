import { ChatSocketError } from '../errors/chat-socket-error.js';

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
  if (typeof options !== 'object' || options === null) throw invalidOption('options', 'an object');
  for (const [name, value] of Object.entries(options)) {
    const kind = KINDS[name];
    if (kind === undefined) throw invalidOption(name, `one of ${Object.keys(KINDS).join(', ')}`);
    const mayBeNull = name === 'locks' || name === 'broadcastChannel';
    if (value === undefined || (value === null && mayBeNull) || isUsable(value, kind)) continue;
    throw invalidOption(name, typeof kind === 'string' ? `a ${kind}` : `an object with ${kind.join('(), ')}()`);
  }
}

function isUsable(value: unknown, kind: string | readonly string[]): boolean {
  if (typeof kind === 'string') return typeof value === kind && value !== '';
  return kind.every((method) => typeof Reflect.get(Object(value), method) === 'function');
}

function invalidOption(option: string, accepted: string): ChatSocketError {
  return new ChatSocketError('usage/invalid-option', `Cannot use the option ${option}: expected ${accepted}.`, {
    fields: { option, accepted },
  });
}
