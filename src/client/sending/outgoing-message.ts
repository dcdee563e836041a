import type { DeliveryStatus } from '../../core/message.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Outgoing, Receipt } from '../outgoing.js';

const IN_MEMORY = Promise.resolve({ durable: false });

/** The sender's side of an `Outgoing`: settles it once, whatever comes later. */
export class OutgoingMessage {
  readonly outgoing: Outgoing;
  #status: DeliveryStatus = 'queued';
  #resolve: (receipt: Receipt) => void = ignore;
  #reject: (error: ChatSocketError) => void = ignore;
  /** The signal holds nothing of the message any more. */
  unfollow: () => void = ignore;

  constructor(id: string, content: string, cancel: () => boolean) {
    const acked = new Promise<Receipt>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody has to look at the promise: the snapshot and the events tell the same.
    acked.catch(ignore);
    const readStatus = () => this.#status;
    this.outgoing = {
      id,
      content,
      persisted: IN_MEMORY,
      acked,
      cancel,
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

  setStatus(status: DeliveryStatus): void {
    this.#status = status;
  }

  ack(receipt: Receipt): void {
    this.#status = 'sent';
    this.unfollow();
    this.#resolve(receipt);
  }

  fail(status: 'failed' | 'cancelled', error: ChatSocketError): void {
    this.#status = status;
    this.unfollow();
    this.#reject(error);
  }

  /** The promise ends while the message lives on in the outbox. */
  reject(error: ChatSocketError): void {
    this.#reject(error);
  }
}

function ignore(): void {}
