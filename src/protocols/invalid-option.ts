import { ChatSocketError } from '../errors/chat-socket-error.js';

/** The error for one wrong option of a protocol: which one, what it was, and what it may be. */
export function invalidOption(option: string, value: unknown, range: string): ChatSocketError {
  return new ChatSocketError(
    'usage/invalid-option',
    `Cannot use ${describe(value)} as ${option}: it has to be ${range}.`,
    {
      fields: { option, range },
    },
  );
}

/** Throws for what holds no options, and for a misspelt one: its default would be taken without a word. */
export function expectOptions(options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', options, 'an object');
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) throw invalidOption(name, value, `one of ${names.join(', ')}`);
  }
}

/** A text may be a secret, so only its length is told. */
function describe(value: unknown): string {
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? 'a function' : String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
