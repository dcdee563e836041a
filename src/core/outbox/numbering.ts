import type { DialId } from '../connection/state.js';
import type { OutboxEntry, Transmission } from './outbox-entry.js';

/** Counts the messages of each conversation from 1, on each connection anew, so that a server can keep their order. */
export class Numbering {
  readonly #seqs = new Map<string, number>();
  #dialId: DialId = 0;
  #current = 0;

  /** Which counting this is. */
  get current(): number {
    return this.#current;
  }

  /** The number of a message on a connection; a resend within the same counting keeps its own. */
  number({ conversationId, sent }: OutboxEntry, dialId: DialId): Pick<Transmission, 'producerSeq' | 'numbering'> {
    if (this.#dialId !== dialId) this.restart();
    this.#dialId = dialId;
    if (sent?.numbering === this.#current) return sent;
    const producerSeq = (this.#seqs.get(conversationId) ?? 0) + 1;
    this.#seqs.set(conversationId, producerSeq);
    return { producerSeq, numbering: this.#current };
  }

  restart(): void {
    this.#current += 1;
    this.#seqs.clear();
  }
}
