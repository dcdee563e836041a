/** One answer as it is shown, and how the sockets that bring it agree with that. */

import type { InboundFrame } from '../../core/frame.js';

/** Of a longer answer no more is kept; the client ends it there, too. */
const TEXT_LENGTH_MAX = 262_144;

export type AnswerStatus =
  /** Some socket brings it. */
  | 'growing'
  /** Its socket was lost in the middle. */
  | 'cut'
  | 'failed'
  | 'done'
  /** It is in the history. */
  | 'settled'
  /** It failed, and the history has what came of it in the end. */
  | 'superseded';

export class Answer {
  /** 1, 2, 3 … */
  readonly ordinal: number;
  readonly startedAtMs: number;
  /** A question of this client was open when it began. Else another tab may have asked, and only the history has that. */
  readonly isAwaited: boolean;
  status: AnswerStatus = 'growing';
  /** How often the history was read without it since it was over. */
  misses = 0;
  /** When a socket brought it once more, from its first word to its last. */
  echoedAtMs = Number.NEGATIVE_INFINITY;
  #text = '';

  constructor(ordinal: number, startedAtMs: number, isAwaited: boolean) {
    this.ordinal = ordinal;
    this.startedAtMs = startedAtMs;
    this.isAwaited = isAwaited;
  }

  /** The server has none before the answer is whole. */
  get id(): string {
    return `answer-${this.ordinal}`;
  }

  get text(): string {
    return this.#text;
  }

  start(conversationId: string): InboundFrame {
    return {
      type: 'stream-start',
      conversationId,
      id: this.id,
      epoch: null,
      seq: null,
      senderId: 'assistant',
      inReplyTo: null,
      createdAtMs: this.startedAtMs,
    };
  }

  grow(text: string): InboundFrame {
    const offset = this.#text.length;
    if (offset <= TEXT_LENGTH_MAX) this.#text += text;
    return { type: 'stream-delta', id: this.id, offset, text };
  }

  replace(text: string): InboundFrame {
    this.#text = text;
    return { type: 'stream-snapshot', id: this.id, text };
  }

  end(status: 'done' | 'failed'): InboundFrame {
    this.status = status;
    return { type: 'stream-end', id: this.id, length: this.#text.length, status };
  }
}

/** An answer on one socket. The same words again, by another socket or a worker's second run, add nothing. */
export class Run {
  readonly answer: Answer;
  /** So much of the answer's text this run has said, too. */
  #length: number;

  constructor(answer: Answer, length = 0) {
    this.answer = answer;
    this.#length = length;
  }

  /** It has said no less than what is shown. */
  get isLevel(): boolean {
    return this.#length === this.answer.text.length;
  }

  /** What it has said so far. */
  get said(): string {
    return this.answer.text.slice(0, this.#length);
  }

  /** The run says what is shown already, as far as that goes; else false, and nothing has happened. */
  repeats(chunk: string): boolean {
    if (this.isLevel || !this.answer.text.startsWith(chunk, this.#length)) return false;
    this.#length += chunk.length;
    return true;
  }

  /** Shows what the run says. Where it parts from what is shown, it is the run that counts. */
  say(chunk: string): InboundFrame | null {
    if (this.repeats(chunk)) return null;
    const { text } = this.answer;
    const rest = text.slice(this.#length);
    const frame = chunk.startsWith(rest)
      ? this.answer.grow(chunk.slice(rest.length))
      : this.answer.replace(this.said + chunk);
    this.#length = this.answer.text.length;
    return frame;
  }
}
