import type { DeliveryStatus } from '../../core/message.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Outgoing, Receipt } from '../outgoing.js';

const IN_MEMORY = Promise.resolve({ durable: false });

/** The sender's side of an `Outgoing`: settles it once, whatever comes later. Promises are made when they are asked for. */
export class OutgoingMessage {
  readonly id: string;
  status: DeliveryStatus = 'queued';
  content: string;
  readonly #hasStore: boolean;
  #outcome: Receipt | ChatSocketError | null = null;
  #acked: Promise<Receipt> | null = null;
  #resolve: (receipt: Receipt) => void = ignore;
  #reject: (error: ChatSocketError) => void = ignore;
  #isKept: boolean | null = null;
  #persisted: Outgoing['persisted'] | null = null;
  #persist: (kept: { readonly durable: boolean }) => void = ignore;
  /** The signal holds nothing of the message any more. */
  unfollow: () => void = ignore;

  constructor(draft: { readonly id: string; readonly content: string }, hasStore: boolean) {
    this.id = draft.id;
    this.content = draft.content;
    this.#hasStore = hasStore;
  }

  /** Nobody has said yet how it ends. */
  get isPending(): boolean {
    return this.#outcome === null;
  }

  /** False where a durable store does not have it, nor will. */
  get mayBeKept(): boolean {
    return this.#hasStore && this.#isKept !== false;
  }

  get acked(): Promise<Receipt> {
    this.#acked ??= this.#makeAcked();
    return this.#acked;
  }

  get persisted(): Outgoing['persisted'] {
    if (!this.#hasStore) return IN_MEMORY;
    this.#persisted ??= new Promise((resolve) => {
      if (this.#isKept === null) this.#persist = resolve;
      else resolve({ durable: this.#isKept });
    });
    return this.#persisted;
  }

  /** Takes the message back when the signal is aborted; a signal may outlive many messages. */
  follow(signal: AbortSignal, cancel: () => void): void {
    signal.addEventListener('abort', cancel);
    this.unfollow = () => signal.removeEventListener('abort', cancel);
  }

  persist(durable: boolean): void {
    this.#isKept ??= durable;
    this.#persist({ durable });
  }

  ack(receipt: Receipt): void {
    this.#end('sent');
    this.#outcome ??= receipt;
    this.#resolve(receipt);
  }

  fail(status: 'failed' | 'cancelled', error: ChatSocketError): void {
    this.#end(status);
    this.reject(error);
  }

  /** The promise ends, though the message may live on in the outbox. */
  reject(error: ChatSocketError): void {
    this.#outcome ??= error;
    // Nobody has to look at the promise: the snapshot and the events tell the same.
    this.#acked?.catch(ignore);
    this.#reject(error);
  }

  #makeAcked(): Promise<Receipt> {
    const outcome = this.#outcome;
    const acked = new Promise<Receipt>((resolve, reject) => {
      if (outcome === null) {
        this.#resolve = resolve;
        this.#reject = reject;
      } else if (outcome instanceof ChatSocketError) reject(outcome);
      else resolve(outcome);
    });
    if (outcome !== null) acked.catch(ignore);
    return acked;
  }

  #end(status: DeliveryStatus): void {
    this.status = status;
    this.unfollow();
    // Nothing is kept any more of what was not kept by now.
    this.persist(false);
  }
}

/** What the application holds of a message. */
export class OutgoingHandle implements Outgoing {
  readonly #message: OutgoingMessage;
  readonly cancel: () => boolean;

  constructor(message: OutgoingMessage, cancel: () => boolean) {
    this.#message = message;
    this.cancel = cancel;
  }

  get id(): string {
    return this.#message.id;
  }

  get status(): DeliveryStatus {
    return this.#message.status;
  }

  get content(): string {
    return this.#message.content;
  }

  get persisted(): Outgoing['persisted'] {
    return this.#message.persisted;
  }

  get acked(): Promise<Receipt> {
    return this.#message.acked;
  }
}

function ignore(): void {}
