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

/** A text may be a secret, so only its length is told. */
function describe(value: unknown): string {
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? 'a function' : String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
