/** Messages as they come in, for `for await`: bounded, and at its end when the client closes. */

import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ChatMessage } from '../chat-message.js';
import type { ChatSocketEvents } from '../chat-socket-events.js';
import { badArgument, checkCallOptions, showValue } from '../options/option-checks.js';
import type { Listeners } from '../telling/listeners.js';

/** How `messages()` is read. */
export interface MessagesOptions {
  /** Ends the reading at once; what waits is not read any more. */
  readonly signal?: AbortSignal;
  /** Messages kept for a slow reader; one more and the reading fails. 1 to 1,000,000; default 1,000. */
  readonly bufferMax?: number;
}

export interface MessageSource {
  readonly listeners: Listeners<ChatSocketEvents>;
  /** Of this conversation alone; of all for null. */
  readonly conversationId: string | null;
  readonly isDisposed: () => boolean;
  /** Calls back when the user ends the connection, until the function returned is called. */
  readonly onEnded: (callback: () => void) => () => void;
}

const BUFFER_DEFAULT = 1_000;
const BUFFER_MAX = 1_000_000;

/** Each iteration listens from its own beginning to its own end. Throws `usage/invalid-argument`. */
export function readMessages(source: MessageSource, options: MessagesOptions = {}): AsyncIterable<ChatMessage> {
  checkCallOptions('read messages', options, ['bufferMax', 'signal']);
  const { bufferMax = BUFFER_DEFAULT, signal } = options;
  if (!Number.isInteger(bufferMax) || bufferMax < 1 || bufferMax > BUFFER_MAX) {
    throw badArgument(
      'read messages',
      `bufferMax is ${showValue(bufferMax)}, expected a whole number from 1 to ${BUFFER_MAX}`,
    );
  }
  return { [Symbol.asyncIterator]: () => new MessageReader(source, bufferMax, signal) };
}

interface Reading {
  readonly resolve: (result: IteratorResult<ChatMessage, undefined>) => void;
  readonly reject: (error: ChatSocketError) => void;
}

class MessageReader implements AsyncIterator<ChatMessage, undefined> {
  readonly #bufferMax: number;
  readonly #stops: (() => void)[] = [];
  #messages: ChatMessage[] = [];
  readonly #readings: Reading[] = [];
  #isOver = false;
  #error: ChatSocketError | null = null;

  constructor(source: MessageSource, bufferMax: number, signal?: AbortSignal) {
    const { listeners, conversationId, isDisposed, onEnded } = source;
    this.#bufferMax = bufferMax;
    if (isDisposed() || signal?.aborted === true) {
      this.#isOver = true;
      return;
    }
    const abort = () => void this.return();
    signal?.addEventListener('abort', abort);
    this.#stops.push(
      () => signal?.removeEventListener('abort', abort),
      listeners.on('closed', () => this.#end()),
      // Nobody is told of the end of a client that was closed already, or that is disposed of by a listener.
      onEnded(() => {
        if (isDisposed()) this.#end();
      }),
      listeners.on('message-received', (told) => {
        if (conversationId === null || told.conversationId === conversationId) this.#take(told.message);
      }),
    );
  }

  next(): Promise<IteratorResult<ChatMessage, undefined>> {
    const value = this.#messages.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    const error = this.#error;
    this.#error = null;
    if (error !== null) return Promise.reject(error);
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#readings.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<ChatMessage, undefined>> {
    this.#messages = [];
    this.#error = null;
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  #take(message: ChatMessage): void {
    const reading = this.#readings.shift();
    if (reading !== undefined) return reading.resolve({ done: false, value: message });
    if (this.#messages.length < this.#bufferMax) {
      this.#messages.push(message);
      return;
    }
    this.#error = new ChatSocketError(
      'usage/consumer-too-slow',
      `Cannot keep a message for the reader of messages(): ${this.#bufferMax} wait already. Read faster, or raise bufferMax.`,
      { fields: { bufferMax: this.#bufferMax } },
    );
    this.#end();
  }

  /** What waits can still be read. */
  #end(): void {
    this.#isOver = true;
    for (const stop of this.#stops.splice(0)) stop();
    for (const { resolve } of this.#readings.splice(0)) resolve({ done: true, value: undefined });
  }
}
