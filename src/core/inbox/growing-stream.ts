/** One answer that grows: its text, whether it is alive, and what the server is to be asked about it. */

import type { MessageId, StreamEnd } from '../message.js';
import { REPAIRS_MAX } from './stream-limits.js';
import { StreamText } from './stream-text.js';

export class GrowingStream {
  readonly id: MessageId;
  readonly text = new StreamText();
  /** `silent`: nothing came for long. `cut`: the connection is gone. */
  state: 'streaming' | 'silent' | 'cut' = 'streaming';
  /** The server's word that it is over, while the text is not that long. */
  end: { readonly length: number; readonly status: StreamEnd } | null = null;
  /** A join that names it: on its way, or not enough and to be sent again. */
  #ask: 'none' | 'wanted' | 'sent' = 'none';
  /** Chunks from beyond the text since it last grew. */
  #missed = 0;
  /** How often, on this connection, the server was asked again because it contradicted itself. */
  #repairs = 0;

  constructor(id: MessageId) {
    this.id = id;
  }

  noteGrowth(): void {
    this.#missed = 0;
  }

  /** True if the server is to be asked: at the first sign, and then ever more seldom, should it not answer. */
  noteMissing(): boolean {
    this.#missed += 1;
    return isPowerOfTwo(this.#missed);
  }

  /** Counts an answer to a contradiction; false if there were enough of them. */
  countRepair(): boolean {
    this.#repairs += 1;
    return this.#repairs <= REPAIRS_MAX;
  }

  /** Everything is to be told again, by the next server's word. */
  restart(): void {
    this.end = null;
    this.#missed = 0;
    this.text.restart();
  }

  /** False where a join is on its way: it brings the rest, whatever that is by now. */
  askForRest(): boolean {
    return this.#ask !== 'sent' && this.askAnew();
  }

  /** A join on its way would bring something else. */
  askAnew(): true {
    this.#ask = 'wanted';
    return true;
  }

  startJoin(): void {
    this.#ask = 'sent';
  }

  /** True if another join is needed. */
  endJoin(): boolean {
    if (this.#ask === 'wanted') return true;
    this.#ask = 'none';
    return false;
  }

  loseConnection(): void {
    this.state = 'cut';
    this.#ask = 'none';
    this.#missed = 0;
    this.#repairs = 0;
    this.text.dropEarly();
  }
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}
