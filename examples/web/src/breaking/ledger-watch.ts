/** Feeds the ledger with what the client says and shows, and tells the page when a figure changed. */

import type { ChatSocketClient, Conversation } from 'chatsocket';
import { Ledger, type LedgerCounts } from '../ledger.js';

export interface LedgerFigures extends LedgerCounts {
  readonly reconnects: number;
  readonly roundTripMs: number | null;
}

/** Figures are read by people, and a flood would redraw them for every message. */
const REFRESH_MS = 200;

export class LedgerWatch {
  readonly #client: ChatSocketClient;
  readonly #ledger = new Ledger();
  readonly #listeners = new Set<() => void>();
  #reconnects = 0;
  #isRefreshing = false;
  #figures: LedgerFigures = { sent: 0, acked: 0, lost: 0, doubled: 0, outOfOrder: 0, reconnects: 0, roundTripMs: null };

  constructor(client: ChatSocketClient) {
    this.#client = client;
    client.on('opened', ({ recovered }) => {
      if (recovered !== 'first') this.#reconnects += 1;
    });
    client.on('message-acked', ({ conversationId, clientMessageId, receipt }) => {
      this.#ledger.acked({ conversationId, clientMessageId, seq: receipt.seq });
    });
    client.on('message-failed', ({ clientMessageId }) => this.#ledger.givenUp(clientMessageId));
    client.on('message-received', ({ conversationId, message }) => {
      this.#ledger.received(conversationId, message.id, message.seq);
    });
    client.on('gap-detected', ({ fromSeq, toSeq }) => this.#ledger.gap(fromSeq, toSeq));
    client.on('history-reset', ({ conversationId }) => this.#ledger.restarted(conversationId));
    client.subscribe(() => this.#refreshSoon());
  }

  readonly snapshot = (): LedgerFigures => this.#figures;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  watch(conversationId: string, conversation: Conversation): void {
    conversation.subscribe(() => {
      this.#ledger.shown(conversationId, conversation.snapshot.messages);
      this.#refreshSoon();
    });
  }

  sent(conversationId: string, clientMessageId: string): void {
    this.#ledger.sent(conversationId, clientMessageId);
    this.#refresh();
  }

  /** The person took the message back. */
  givenUp(clientMessageId: string): void {
    this.#ledger.givenUp(clientMessageId);
    this.#refreshSoon();
  }

  #refreshSoon(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    setTimeout(() => {
      this.#isRefreshing = false;
      this.#refresh();
    }, REFRESH_MS);
  }

  #refresh(): void {
    const roundTrip = this.#client.metrics().roundTripMs.last;
    this.#figures = {
      ...this.#ledger.counts(),
      reconnects: this.#reconnects,
      roundTripMs: roundTrip === null ? null : Math.round(roundTrip),
    };
    for (const listener of this.#listeners) listener();
  }
}
