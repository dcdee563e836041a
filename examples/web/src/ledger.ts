/**
 * The books of this window: what was sent, what the server confirmed, and whether anything was lost, doubled or came
 * out of order. It is told what happened and knows nothing of the client, so that it can catch the client cheating.
 */

export interface LedgerCounts {
  readonly sent: number;
  readonly acked: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

/** A message as it stands in the list on the screen. */
export interface ShownMessage {
  readonly key: string;
  readonly id: string | null;
  readonly clientMessageId: string | null;
  readonly seq: number | null;
}

export interface LedgerAck {
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly seq: number | null;
}

/** Ids remembered per kind; the oldest are forgotten first, so that a page left open for weeks does not grow. */
export const LEDGER_IDS_MAX = 20_000;

interface ConversationBook {
  /** The highest `seq` that was announced as received. */
  receivedSeq: number;
  /** The latest turn that was acked, and the highest place given to it or to those before. */
  ackedTurn: number;
  ackedSeq: number;
}

export class Ledger {
  /** Each message's place in the order of sending. */
  readonly #turns = new Map<string, number>();
  /** Messages that nobody has confirmed or given up, with their conversation. */
  readonly #pending = new Map<string, string>();
  readonly #acked = new Set<string>();
  readonly #received = new Set<string>();
  readonly #doubled = new Set<string>();
  readonly #misplaced = new Set<string>();
  readonly #missing = new Set<string>();
  readonly #books = new Map<string, ConversationBook>();
  #sentCount = 0;
  #ackedCount = 0;
  #lostToGaps = 0;

  counts(): LedgerCounts {
    return {
      sent: this.#sentCount,
      acked: this.#ackedCount,
      lost: this.#missing.size + this.#lostToGaps,
      doubled: this.#doubled.size,
      outOfOrder: this.#misplaced.size,
    };
  }

  /** The person pressed Send and the client took the message. */
  sent(conversationId: string, clientMessageId: string): void {
    this.#sentCount += 1;
    this.#turns.set(clientMessageId, this.#sentCount);
    this.#pending.set(clientMessageId, conversationId);
    forgetOldest(this.#turns);
  }

  /** The server has the message. A later message must not have got an earlier place. */
  acked(ack: LedgerAck): void {
    const turn = this.#turns.get(ack.clientMessageId);
    if (turn === undefined || this.#acked.has(ack.clientMessageId)) return;
    this.#ackedCount += 1;
    remember(this.#acked, ack.clientMessageId);
    this.#pending.delete(ack.clientMessageId);
    this.#missing.delete(ack.clientMessageId);
    if (ack.seq !== null) this.#checkPlace(ack.conversationId, ack.clientMessageId, { turn, seq: ack.seq });
  }

  /** The person was told that this message will not go out, or took it back: that is not a loss. */
  givenUp(clientMessageId: string): void {
    this.#pending.delete(clientMessageId);
    this.#missing.delete(clientMessageId);
  }

  /** A message of somebody else was announced: each id once, each `seq` above the one before. */
  received(conversationId: string, id: string | null, seq: number | null): void {
    if (id !== null && this.#received.has(id)) {
      remember(this.#doubled, id);
      return;
    }
    if (id !== null) remember(this.#received, id);
    if (seq === null) return;
    const book = this.#bookOf(conversationId);
    if (seq <= book.receivedSeq) remember(this.#misplaced, id ?? `${conversationId}#${seq}`);
    book.receivedSeq = Math.max(book.receivedSeq, seq);
  }

  /** The server could not give these places of the log any more. */
  gap(fromSeq: number, toSeq: number): void {
    this.#lostToGaps += Math.max(0, toSeq - fromSeq + 1);
  }

  /** The log of this conversation began anew, and its numbers with it. */
  restarted(conversationId: string): void {
    this.#books.delete(conversationId);
  }

  /** Checks one list as it is on the screen: no id twice, `seq` only rises, and nothing pending has vanished. */
  shown(conversationId: string, messages: readonly ShownMessage[]): void {
    const ids = new Set<string>();
    let highestSeq = 0;
    for (const message of messages) {
      for (const id of new Set([message.id, message.clientMessageId])) {
        if (id === null) continue;
        if (ids.has(id)) remember(this.#doubled, id);
        ids.add(id);
      }
      if (message.seq === null) continue;
      if (message.seq < highestSeq) remember(this.#misplaced, message.id ?? message.key);
      highestSeq = Math.max(highestSeq, message.seq);
    }
    this.#findMissing(conversationId, ids);
  }

  /** Not acked, not given up and not on the screen: nobody keeps it any more. */
  #findMissing(conversationId: string, shownIds: ReadonlySet<string>): void {
    for (const [id, home] of this.#pending) {
      if (home !== conversationId) continue;
      if (shownIds.has(id)) this.#missing.delete(id);
      else this.#missing.add(id);
    }
  }

  #checkPlace(conversationId: string, id: string, place: { readonly turn: number; readonly seq: number }): void {
    const book = this.#bookOf(conversationId);
    const isLater = place.turn > book.ackedTurn;
    const isInPlace = isLater ? place.seq > book.ackedSeq : place.seq < book.ackedSeq;
    if (!isInPlace) remember(this.#misplaced, id);
    if (!isLater) return;
    book.ackedTurn = place.turn;
    book.ackedSeq = Math.max(book.ackedSeq, place.seq);
  }

  #bookOf(conversationId: string): ConversationBook {
    const known = this.#books.get(conversationId);
    if (known !== undefined) return known;
    const book: ConversationBook = { receivedSeq: 0, ackedTurn: 0, ackedSeq: 0 };
    this.#books.set(conversationId, book);
    return book;
  }
}

function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  forgetOldest(ids);
}

function forgetOldest(entries: Set<string> | Map<string, number>): void {
  if (entries.size <= LEDGER_IDS_MAX) return;
  const oldest = entries.keys().next();
  if (oldest.done !== true) entries.delete(oldest.value);
}
