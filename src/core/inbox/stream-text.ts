/**
 * One answer's text, put together by offset: any replay in any split gives the same text, and what is shown is at every
 * instant a text that the server had. Cost is linear in what comes in: the whole text is looked at only where a chunk
 * reaches far back.
 */

import { type Chunk, EarlyChunks } from './early-chunks.js';
import { wellFormedPrefix } from './stream.js';
import { STREAM_LENGTH_MAX } from './stream-limits.js';

/** What a chunk came to. */
export type TextStep =
  /** The text shown goes on. */
  | { readonly type: 'grown'; readonly offset: number; readonly text: string }
  /** The text shown is another one. */
  | { readonly type: 'replaced' }
  /** Something before the chunk is not here. */
  | { readonly type: 'missing' }
  /** The server says two things of the same place: only the whole can tell which is true. */
  | { readonly type: 'conflict' }
  /** The text is as long as it may be, and the rest is cut off. */
  | { readonly type: 'too-long' };

/** Kept apart from the text, so that a repeated chunk is compared with little. */
const TAIL_LENGTH = 1_024;

export class StreamText {
  /** The server's text without half a character at its end. */
  #text = '';
  /** That half, or nothing. */
  #half = '';
  /** The end of both, for comparing. */
  #tail = '';
  /** What is shown while the server's text is not as far again; null if that is the text itself. */
  #ahead: string | null = null;
  readonly #early = new EarlyChunks();

  /** What the server has said, in UTF-16 code units; this is the place to go on from. */
  get length(): number {
    return this.#text.length + this.#half.length;
  }

  get shown(): string {
    return this.#ahead ?? this.#text;
  }

  /** A chunk, and the early ones that it leads up to. */
  grow(chunk: Chunk): readonly TextStep[] {
    if (chunk.offset > this.length) {
      this.#early.hold(chunk);
      return [{ type: 'missing' }];
    }
    const steps: TextStep[] = [];
    for (let next: Chunk | null = chunk; next !== null; next = this.#early.take(this.length)) {
      steps.push(...this.#place(next));
      if (steps.at(-1)?.type === 'conflict') break;
    }
    return steps;
  }

  /** The server's whole text so far. What is shown goes on, or stays while it is farther, or is replaced. */
  replace(whole: string): readonly TextStep[] {
    const shown = this.shown;
    const text = wellFormedPrefix(whole.slice(0, STREAM_LENGTH_MAX));
    this.#text = text;
    this.#half = whole.slice(text.length, STREAM_LENGTH_MAX);
    this.#tail = whole.slice(0, STREAM_LENGTH_MAX).slice(-TAIL_LENGTH);
    this.#ahead = null;
    const steps: TextStep[] = [];
    if (text.startsWith(shown)) {
      if (text.length > shown.length) {
        steps.push({ type: 'grown', offset: shown.length, text: text.slice(shown.length) });
      }
    } else if (shown.startsWith(text)) this.#ahead = shown;
    else steps.push({ type: 'replaced' });
    if (whole.length > STREAM_LENGTH_MAX) steps.push({ type: 'too-long' });
    return steps;
  }

  /** Nothing of it is certain any more: the server tells it again from the start. What is shown stays until then. */
  restart(): void {
    this.#ahead = this.shown;
    this.#text = '';
    this.#half = '';
    this.#tail = '';
    this.#early.clear();
  }

  /** What waits came from a connection that is over. */
  dropEarly(): void {
    this.#early.clear();
  }

  /** The server's last word: what was shown beyond its text is gone. True if that changes what is shown. */
  settle(): boolean {
    const isOther = this.#ahead !== null && this.#ahead !== this.#text;
    this.#ahead = null;
    return isOther;
  }

  #place({ offset, text }: Chunk): readonly TextStep[] {
    const knownLength = Math.min(this.length - offset, text.length);
    if (knownLength > 0 && !this.#has(offset, text.slice(0, knownLength))) return [{ type: 'conflict' }];
    const room = STREAM_LENGTH_MAX - this.length;
    const step = this.#append(text.slice(knownLength, knownLength + room));
    const steps: TextStep[] = step === null ? [] : [step];
    if (text.length - knownLength > room) steps.push({ type: 'too-long' });
    return steps;
  }

  #has(offset: number, text: string): boolean {
    const tailOffset = this.length - this.#tail.length;
    if (offset >= tailOffset) return this.#tail.startsWith(text, offset - tailOffset);
    return (this.#text + this.#half).startsWith(text, offset);
  }

  #append(added: string): TextStep | null {
    const offset = this.#text.length;
    const fresh = this.#half + added;
    const text = wellFormedPrefix(fresh);
    this.#text += text;
    this.#half = fresh.slice(text.length);
    this.#tail += added;
    if (this.#tail.length > 2 * TAIL_LENGTH) this.#tail = this.#tail.slice(-TAIL_LENGTH);
    if (text === '') return null;
    return this.#ahead === null ? { type: 'grown', offset, text } : this.#catchUp(this.#ahead, offset, text);
  }

  /** What is shown is farther than the text: up to there the text only has to be the same. */
  #catchUp(ahead: string, offset: number, text: string): TextStep | null {
    const isSame = text.startsWith(ahead.slice(offset, offset + text.length));
    if (isSame && this.#text.length < ahead.length) return null;
    this.#ahead = null;
    if (!isSame) return { type: 'replaced' };
    const rest = text.slice(ahead.length - offset);
    return rest === '' ? null : { type: 'grown', offset: ahead.length, text: rest };
  }
}
