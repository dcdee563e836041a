/** The messages that clients sent to a mock server, and what is to become of them. */
import type { MockLogEntry } from './mock-log.js';
import type { ProducerMark } from './server-answers.js';
import { errorFrame } from './server-frames.js';
import type { PendingMessage, ServerState } from './server-state.js';

/** What becomes of one message. `copies` counts its acks. */
export type Decision =
  | { readonly kind: 'ack'; readonly copies: number }
  | { readonly kind: 'nack'; readonly code: string; readonly details: Readonly<Record<string, unknown>> };

/** After these a client sends the same message again, so its number is not used up. */
const RETRYABLE_CODES: ReadonlySet<string> = new Set([
  'RATE_LIMIT',
  'FETCH_ERROR',
  'SEND_ERROR',
  'INTERNAL_ERROR',
  'OUT_OF_ORDER',
]);

const ACK: Decision = { kind: 'ack', copies: 1 };

export class ServerInbox {
  readonly #state: ServerState;
  readonly #mode: 'manual' | 'auto';
  readonly #pending: PendingMessage[] = [];
  /** For messages that are still to come. */
  readonly #decisions: Decision[] = [];
  readonly #acked = new Map<string, { readonly message: PendingMessage; readonly entry: MockLogEntry }>();

  constructor(state: ServerState, mode: 'manual' | 'auto') {
    this.#state = state;
    this.#mode = mode;
  }

  get pending(): readonly PendingMessage[] {
    return this.#pending;
  }

  take(message: PendingMessage, producer: ProducerMark | null): void {
    if (this.#mode === 'manual') {
      const decision = this.#decisions.shift();
      if (decision === undefined) this.#pending.push(message);
      else this.#carryOut(decision, message);
      return;
    }
    if (!this.#isInOrder(message, producer)) return;
    const decision = this.#permit(this.#decisions.shift() ?? ACK, message);
    if (decision.kind === 'ack' || !RETRYABLE_CODES.has(decision.code)) this.#spendNumber(message, producer);
    this.#carryOut(decision, message);
  }

  /** Without an id: the oldest pending message, else the next one. */
  decide(decision: Decision, id: string | undefined): void {
    const message = this.#takePending(id);
    if (message !== undefined) this.#carryOut(decision, message);
    else if (id === undefined) this.#decisions.push(decision);
    else this.#ackAgain(decision, id);
  }

  #takePending(id: string | undefined): PendingMessage | undefined {
    const index = this.#pending.findIndex(({ clientMessageId }) => id === undefined || clientMessageId === id);
    return index === -1 ? undefined : this.#pending.splice(index, 1)[0];
  }

  #carryOut(decision: Decision, message: PendingMessage): void {
    const { connection, clientMessageId: messageId } = message;
    if (decision.kind === 'nack') {
      this.#state.send(connection, errorFrame(decision.code, { messageId, ...decision.details }));
      return;
    }
    const { entry, isDuplicate } = this.#state.store(message);
    this.#acked.set(messageId, { message, entry });
    for (let copy = 0; copy < decision.copies; copy += 1) this.#state.ack(connection, entry, isDuplicate || copy > 0);
  }

  #ackAgain(decision: Decision, id: string): void {
    const earlier = this.#acked.get(id);
    if (earlier === undefined || decision.kind === 'nack') {
      const pendingIds = this.#pending.map(({ clientMessageId }) => clientMessageId).join(', ') || 'none';
      throw new Error(`Message ${id} is not pending on the mock server. Pending: ${pendingIds}.`);
    }
    if (decision.copies > 0) this.#state.ack(earlier.message.connection, earlier.entry, true);
  }

  /** Other words under a used id are refused for good. */
  #permit(decision: Decision, message: PendingMessage): Decision {
    const earlier = this.#state.findEarlier(message);
    if (decision.kind === 'nack' || earlier === null || earlier.said === message.content) return decision;
    return { kind: 'nack', code: 'ID_CONFLICT', details: {} };
  }

  #isInOrder(message: PendingMessage, producer: ProducerMark | null): boolean {
    if (producer === null || this.#state.traits.hello['producerOrder'] !== true) return true;
    const expected = (this.#state.session(message.connection)?.producers.get(producer.key) ?? 0) + 1;
    // A repeat is looked for first: a client that had no ack sends it again, under whatever number.
    const isRepeat = producer.seq < expected && this.#state.findEarlier(message) !== null;
    if (producer.seq === expected || isRepeat) return true;
    const { clientMessageId: messageId } = message;
    this.#state.send(message.connection, errorFrame('OUT_OF_ORDER', { messageId, expected }));
    return false;
  }

  #spendNumber(message: PendingMessage, producer: ProducerMark | null): void {
    if (producer === null) return;
    const producers = this.#state.session(message.connection)?.producers;
    producers?.set(producer.key, Math.max(producer.seq, producers.get(producer.key) ?? 0));
  }
}
