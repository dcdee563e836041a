/** What is wrong with the options that a test gave. It is told where they are given: taken for granted, they would look like a fault of what is tested. */

/** What a value may be: in words, and as a check. */
export interface Kind {
  readonly words: string;
  readonly includes: (value: unknown) => boolean;
  /** May not be left out. */
  readonly isNeeded?: boolean;
}

/** The first option that cannot be used; '' is the options themselves. */
export interface OptionFault {
  readonly option: string;
  readonly accepted: string;
  readonly value: unknown;
}

export type Kinds = Readonly<Record<string, Kind>>;

/** Null where every option is one of `kinds`, and is of its kind, or is left out and may be. */
export function faultOf(options: unknown, kinds: Kinds): OptionFault | null {
  if (!isObject(options)) return { option: '', accepted: 'an object', value: options };
  for (const option of Object.keys(options)) {
    if (!Object.hasOwn(kinds, option)) {
      const names = Object.keys(kinds).join(', ');
      return { option, accepted: names === '' ? 'no options at all' : `one of ${names}`, value: undefined };
    }
  }
  for (const [option, kind] of Object.entries(kinds)) {
    const value: unknown = Reflect.get(options, option);
    const isFine = value === undefined ? kind.isNeeded !== true : kind.includes(value);
    if (!isFine) return { option, accepted: kind.words, value };
  }
  return null;
}

export const anything: Kind = { words: 'anything', includes: () => true };
export const yesOrNo: Kind = { words: 'true or false', includes: (value) => typeof value === 'boolean' };
export const anObject: Kind = { words: 'an object', includes: isObject };
export const aFunction: Kind = { words: 'a function', includes: (value) => typeof value === 'function' };
export const aText: Kind = { words: 'a text', includes: (value) => typeof value === 'string' };
export const aName: Kind = {
  words: 'a text that is not empty',
  includes: (value) => typeof value === 'string' && value !== '',
};

/** NaN and `Infinity` are in no range. */
export function numberFrom(from: number, to = Number.MAX_SAFE_INTEGER): Kind {
  const words = to === Number.MAX_SAFE_INTEGER ? `a number, ${from} or more` : `a number from ${from} to ${to}`;
  return { words, includes: (value) => typeof value === 'number' && value >= from && value <= to };
}

export function wholeFrom(from: number): Kind {
  const { includes } = numberFrom(from);
  return { words: `a whole number, ${from} or more`, includes: (value) => includes(value) && Number.isInteger(value) };
}

export function oneOf(choices: readonly string[]): Kind {
  return {
    words: `one of ${choices.join(', ')}`,
    includes: (value) => typeof value === 'string' && choices.includes(value),
  };
}

/** Something that is brought along, and what is called of it. */
export function withMethods(...methods: readonly string[]): Kind {
  return {
    words: `an object with ${methods.join('(), ')}()`,
    includes: (value) => isObject(value) && methods.every((name) => typeof Reflect.get(value, name) === 'function'),
  };
}

export function needed(kind: Kind): Kind {
  return { ...kind, isNeeded: true };
}

export function orNull(kind: Kind): Kind {
  return { words: `${kind.words}, or null`, includes: (value) => value === null || kind.includes(value) };
}

/** For the message of an error. Texts may be secrets, so only their length is shown. */
export function showValue(value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : `of type ${typeof value}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
