import type { DeliveryStatus } from '../../core/message.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Outgoing, Receipt } from '../outgoing.js';

const IN_MEMORY = Promise.resolve({ durable: false });

/** The sender's side of an `Outgoing`: settles it once, whatever comes later. */
export class OutgoingMessage {
  readonly outgoing: Outgoing;
  #status: DeliveryStatus = 'queued';
  #content: string;
  #resolve: (receipt: Receipt) => void = ignore;
  #reject: (error: ChatSocketError) => void = ignore;
  #persist: (kept: { readonly durable: boolean }) => void = ignore;
  /** The signal holds nothing of the message any more. */
  unfollow: () => void = ignore;

  constructor(draft: { readonly id: string; readonly content: string }, hasStore: boolean, cancel: () => boolean) {
    this.#content = draft.content;
    const acked = new Promise<Receipt>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody has to look at the promise: the snapshot and the events tell the same.
    acked.catch(ignore);
    const readStatus = () => this.#status;
    const readContent = () => this.#content;
    this.outgoing = {
      id: draft.id,
      persisted: hasStore ? new Promise((resolve) => (this.#persist = resolve)) : IN_MEMORY,
      acked,
      cancel,
      get content() {
        return readContent();
      },
      get status() {
        return readStatus();
      },
    };
  }

  /** Takes the message back when the signal is aborted; a signal may outlive many messages. */
  follow(signal: AbortSignal): void {
    const { cancel } = this.outgoing;
    signal.addEventListener('abort', cancel);
    this.unfollow = () => signal.removeEventListener('abort', cancel);
  }

  persist(durable: boolean): void {
    this.#persist({ durable });
  }

  setStatus(status: DeliveryStatus): void {
    this.#status = status;
  }

  setContent(content: string): void {
    this.#content = content;
  }

  ack(receipt: Receipt): void {
    this.#end('sent');
    this.#resolve(receipt);
  }

  fail(status: 'failed' | 'cancelled', error: ChatSocketError): void {
    this.#end(status);
    this.#reject(error);
  }

  /** The promise ends while the message lives on in the outbox. */
  reject(error: ChatSocketError): void {
    this.#reject(error);
  }

  #end(status: DeliveryStatus): void {
    this.#status = status;
    this.unfollow();
    // Nothing is kept any more of what was not kept by now.
    this.persist(false);
  }
}

function ignore(): void {}
