/**
 * What nothing may repeat: tokens, and what the query of a URL holds. Servers, stores and listeners may have heard of
 * them, and their words go to logs and screens. Known by a digest of its beginning, so that nothing is kept of a token
 * that was used, and one that was cut short is found too.
 */

import { toBase64Url } from './connection/dial-request.js';

/** A shorter word is no secret, and would be found in too many others. */
const CHARS_MIN = 6;
const BEGINNING_CHARS_MAX = 12;
const KNOWN_MAX = 64;
/** An error that holds more than this is not looked through. */
const VALUES_MAX = 1_000;

const QUERY_VALUES = /[?&](?:[^=&]*=)?([^&]+)/g;

export class Secrets {
  /** From the digest to how many characters it is of. */
  readonly #known = new Map<number, number>();

  /** In every form in which it may travel, whatever the form it travels in here. */
  learnToken(token: string): void {
    for (const form of [token, encodeURIComponent(token), toBase64Url(token)]) this.#learn(form);
  }

  learnQuery(url: string): void {
    for (const [, value = ''] of url.matchAll(QUERY_VALUES)) {
      this.#learn(value);
      this.#learn(decoded(value));
    }
  }

  /** The same words; a secret in them is left out, up to the next blank. */
  hide(words: string): string {
    let shown = words;
    for (const length of new Set(this.#known.values())) {
      for (let from = 0; from + length <= shown.length; from += 1) {
        if (this.#known.get(digestOf(shown, from, length)) !== length) continue;
        shown = `${shown.slice(0, from)}…${shown.slice(from + length).replace(/^\S+/, '')}`;
      }
    }
    return shown;
  }

  /** What somebody else threw; a copy of its words where a secret is in it. */
  clean(thrown: unknown): unknown {
    if (!this.isIn(thrown)) return thrown;
    const copy = new Error();
    try {
      copy.message = this.hide(String(thrown));
      if (thrown instanceof Error) copy.stack = this.hide(String(thrown.stack));
    } catch {
      // It cannot be put into words, so there are none to pass on.
    }
    return copy;
  }

  /** Whether a secret is anywhere in a value; true also where nobody can tell. */
  isIn(thrown: unknown): boolean {
    // Grows while it is walked through.
    const values = new Set([thrown]);
    try {
      for (const value of values) {
        if (typeof value === 'string' && this.hide(value) !== value) return true;
        if (typeof value !== 'object' || value === null) continue;
        for (const key of Reflect.ownKeys(value)) values.add(key).add(Reflect.get(value, key));
        // What a URL, or an error of the platform, does not hold as a field.
        values.add(String(value));
        if (value instanceof Map || value instanceof Set) for (const entry of value) values.add(entry);
        if (values.size > VALUES_MAX) return true;
      }
      return false;
    } catch {
      return true;
    }
  }

  #learn(secret: string): void {
    const length = Math.min(secret.length, BEGINNING_CHARS_MAX);
    if (length < CHARS_MIN) return;
    const digest = digestOf(secret, 0, length);
    this.#known.delete(digest);
    this.#known.set(digest, length);
    for (const oldest of this.#known.keys()) if (this.#known.size > KNOWN_MAX) this.#known.delete(oldest);
  }
}

/** FNV-1a in 32 bits: too short to tell the secret from it. */
function digestOf(text: string, from: number, length: number): number {
  let digest = 0x811c9dc5;
  for (let index = from; index < from + length; index += 1) {
    digest = Math.imul(digest ^ text.charCodeAt(index), 0x01000193);
  }
  return digest;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
