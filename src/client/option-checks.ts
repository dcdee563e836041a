/** Checks of single options. Each throws `usage/invalid-option` that names the option, its value and the range. */

import { ChatSocketError } from '../errors/chat-socket-error.js';

export interface NumberRange {
  readonly from: number;
  readonly to: number;
  readonly fallback: number;
  readonly isWhole?: boolean;
}

/** `Infinity` is allowed only where the range ends there; NaN never is. */
export function readNumber(option: string, value: unknown, range: NumberRange): number {
  if (value === undefined) return range.fallback;
  const isIn = typeof value === 'number' && value >= range.from && value <= range.to;
  const isWholeEnough = range.isWhole !== true || Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
  if (!isIn || !isWholeEnough) {
    const kind = range.isWhole === true ? 'a whole number' : 'a number';
    throw invalidOption(option, value, `${kind} from ${range.from} to ${range.to}`);
  }
  return value;
}

export function readBoolean(option: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw invalidOption(option, value, 'true or false');
  return value;
}

export function checkFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw invalidOption(option, value, 'a function');
}

/** An object of options, or nothing; a misspelt name in it is told at once. */
export function checkGroup(option: string, value: unknown, names: readonly string[]): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null) throw invalidOption(option, value, 'an object');
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) {
      throw invalidOption(option === '' ? name : `${option}.${name}`, undefined, `one of ${names.join(', ')}`);
    }
  }
}

export function invalidOption(option: string, value: unknown, accepted: string): ChatSocketError {
  const shown = show(value);
  return new ChatSocketError(
    'usage/invalid-option',
    `Cannot use the option ${option}${shown === null ? '' : ` with the value ${shown}`}: expected ${accepted}.`,
    { fields: { option, accepted } },
  );
}

/** Strings may be secrets, so only their length is shown. */
function show(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return `of type ${typeof value}`;
}
