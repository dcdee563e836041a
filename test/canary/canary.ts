/** Secrets that are easy to find again, in whatever form and however well hidden. */
import { inspect } from 'node:util';

/** Looks different in each of the places where a token travels. */
export const TOKEN = 'canary+token/5f1c9e==';
/** What is said is shown to its reader, and to nobody else. */
export const TEXT = 'canary-text 77b2d4';
export const QUERY = 'canary&query 9a3e77';

const TOKEN_FORMS: readonly string[] = [
  TOKEN,
  encodeURIComponent(TOKEN),
  Buffer.from(TOKEN).toString('base64url'),
  Buffer.from(TOKEN).toString('base64'),
];
const FORMS: readonly string[] = [...TOKEN_FORMS, QUERY, encodeURIComponent(QUERY)];

/** A part of a secret is a secret: what was cut off is nobody's merit. */
const BEGINNING_CHARS = 12;
export const BEGINNINGS: readonly string[] = [...new Set(FORMS.map((form) => form.slice(0, BEGINNING_CHARS)))];

/** What a careless server says, or a careless function throws: short enough for a close reason. */
export const QUOTE = `bad ${TOKEN_FORMS.slice(0, 3).join(' ')}`;

/** An error that holds the token wherever an error can hold something. */
export function quotingError(): Error {
  const cause = Object.assign(new RangeError(QUOTE), { headers: new Map([['authorization', TOKEN]]) });
  const error = Object.assign(new TypeError(QUOTE, { cause }), {
    input: `ws://localhost/?token=${TOKEN}`,
    errors: [QUOTE],
  });
  Object.defineProperty(error, 'hidden', { value: { deep: { deeper: TOKEN } } });
  error.name = TOKEN;
  return error;
}

/** Everything that a value shows, however it is looked at: hidden fields, getters, causes and stacks too. */
export function show(value: unknown): string {
  const whole = { depth: null, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null };
  const parts = [inspect(value, whole)];
  try {
    parts.push(JSON.stringify(value) ?? '');
  } catch {
    // It has no JSON, so nothing of it can be found there.
  }
  if (value instanceof Error) parts.push(String(value), value.stack ?? '', show(value.cause));
  return parts.join('\n');
}

/** The beginnings of secrets that a text holds. */
export function secretsIn(text: string): readonly string[] {
  return BEGINNINGS.filter((beginning) => text.includes(beginning));
}

export function hasTextOfMessage(text: string): boolean {
  return text.includes(TEXT.slice(0, BEGINNING_CHARS));
}
