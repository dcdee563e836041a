/** Checks of options. Those of the client throw `usage/invalid-option`, those of a call `usage/invalid-argument`. */

import { ChatSocketError } from '../../errors/chat-socket-error.js';
import { unusableOption } from '../../errors/unusable-option.js';

/** The lowest and the highest value, and the default. */
type NumberRange = readonly [from: number, to: number, fallback: number];

interface GroupReader<Name extends string> {
  readonly number: (name: Name, range: NumberRange) => number;
  readonly whole: (name: Name, range: NumberRange) => number;
}

/** Reads the numbers of a group of options, after a look for names that are none. */
export function readGroup<Name extends string>(
  group: string,
  values: Partial<Readonly<Record<Name, unknown>>>,
  names: readonly Name[],
): GroupReader<Name> {
  checkGroup(group, values, names);
  const read = (name: Name, range: NumberRange) => readNumber(`${group}.${name}`, values[name], range);
  return {
    number: read,
    whole: (name, range) => {
      const value = read(name, range);
      if (Number.isInteger(value) || value === Infinity) return value;
      throw invalidOption(`${group}.${name}`, value, `a whole number from ${range[0]} to ${range[1]}`);
    },
  };
}

/** `Infinity` is allowed only where the range ends there; NaN never is. */
function readNumber(option: string, value: unknown, [from, to, fallback]: NumberRange): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && value >= from && value <= to) return value;
  throw invalidOption(option, value, `a number from ${from} to ${to}`);
}

export function readBoolean(option: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw invalidOption(option, value, 'true or false');
  return value;
}

export function readChoice<Choice extends string>(option: string, value: unknown, choices: readonly Choice[]): Choice {
  const [fallback] = choices;
  const choice = value === undefined ? fallback : choices.find((one) => one === value);
  if (choice === undefined) throw invalidOption(option, value, `one of ${choices.join(', ')}`);
  return choice;
}

export function checkFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw invalidOption(option, value, 'a function');
}

/** A part that the application brings along, or nothing: it must have these methods. */
export function checkPart(option: string, value: unknown, methods: readonly string[]): void {
  if (value === undefined) return;
  const isPart = typeof value === 'object' && value !== null;
  if (isPart && methods.every((name) => typeof Reflect.get(value, name) === 'function')) return;
  throw invalidOption(option, value, `an object with ${methods.join('(), ')}()`);
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

/**
 * The options of a call. `call` is what it cannot do with these: `load older messages`. Names that are none of `names`
 * are told; without `names` any will do, for calls that may be handed an event by a button.
 */
export function checkCallOptions(call: string, options: unknown, names?: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw badArgument(call, 'the options are no object');
  const unknown = names && Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw badArgument(call, `the options have no ${unknown}, only ${names?.join(', ')}`);
  checkSignal(call, Reflect.get(options, 'signal'));
}

/** The id of a message, or nothing: a button hands its event to whatever it calls. */
export function checkMessageId(call: string, id: unknown): void {
  if (typeof (id ?? '') !== 'string') throw badArgument(call, `the id is of type ${typeof id}, not a string`);
}

function checkSignal(call: string, signal: unknown): void {
  if (signal === undefined) return;
  const isSignal = typeof signal === 'object' && signal !== null;
  if (!isSignal || typeof Reflect.get(signal, 'addEventListener') !== 'function') {
    throw badArgument(call, 'signal is no AbortSignal');
  }
}

export function badArgument(call: string, why: string): ChatSocketError {
  return new ChatSocketError('usage/invalid-argument', `Cannot ${call}: ${why}.`);
}

/** Longer ids are no ids: they travel in every join, and servers refuse the frame or the whole connection. */
export const CONVERSATION_ID_LENGTH_MAX = 200;

export function isConversationId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && id.length <= CONVERSATION_ID_LENGTH_MAX;
}

export function invalidOption(option: string, value: unknown, accepted: string): ChatSocketError {
  const shown = showValue(value);
  return unusableOption(option, accepted, shown === null ? '' : ` with the value ${shown}`);
}

/** Strings may be secrets, so only their length is shown. */
export function showValue(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return `of type ${typeof value}`;
}
