/** Other names could be made of anything, a URL too. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([
  'AbortError',
  'InvalidAccessError',
  'NetworkError',
  'NotSupportedError',
  'RangeError',
  'ReferenceError',
  'SecurityError',
  'SyntaxError',
  'TimeoutError',
  'TypeError',
]);

/** What kind of error somebody else threw, without a word of it: `a TypeError`. */
export function nameOfThrown(thrown: unknown): string {
  const name = thrown instanceof Error ? thrown.name : '';
  return KNOWN_NAMES.has(name) ? `a${/^[AI]/.test(name) ? 'n' : ''} ${name}` : 'an error';
}
