/** Turns the server's messages into rows: each shown once, own ones in the place of their optimistic entry. */

import type { UnconfirmedMessage, WireMessage } from '../frame.js';
import type { DeliveryStatus, MessageFailure, MessageId, MessageRow } from '../message.js';
import type { AnswerStreams } from './answer-streams.js';
import type { History, OwnRow } from './history.js';
import type { InboxChange } from './inbox-change.js';
import { KnownMessages } from './known-messages.js';
import { saysTheSame } from './same-words.js';
import { toRow } from './to-row.js';

const NOTHING: readonly InboxChange[] = [];
const DUPLICATE: readonly InboxChange[] = [{ type: 'duplicate' }];

export interface RowSource {
  readonly conversationId: string;
  readonly history: History;
  readonly streams: AnswerStreams;
  readonly bounds: { readonly seenMax: number; readonly historyMax: number };
  /** Makes the stable keys of rows. */
  readonly makeKey: () => string;
}

export class MessageRows {
  readonly #source: RowSource;
  readonly #known: KnownMessages;
  /** The sender of every own row. */
  #self: MessageRow['sender'] = { id: null, role: 'self' };

  constructor(source: RowSource) {
    this.#source = source;
    this.#known = new KnownMessages(source.bounds);
  }

  get selfId(): string | null {
    return this.#self.id;
  }

  identify(userId: string | null): void {
    this.#self = { id: userId, role: 'self' };
  }

  /** An own message, shown at the tail before the server has it. */
  addOwn(
    message: Pick<MessageRow, 'content' | 'createdAtMs' | 'inReplyTo' | 'metadata'>,
    clientMessageId: string,
  ): void {
    const { content, createdAtMs, inReplyTo, metadata } = message;
    this.#source.history.setPending({
      // One that is shown already is the same row, however it stands now.
      key: this.#source.history.findPending(clientMessageId)?.key ?? this.#source.makeKey(),
      id: null,
      clientMessageId,
      conversationId: this.#source.conversationId,
      sender: this.#self,
      content,
      createdAtMs,
      seq: null,
      inReplyTo,
      delivery: 'queued',
      stream: null,
      failure: null,
      metadata,
    });
  }

  /** Own messages that may have reached the server, as far as anybody knows. */
  unconfirmed(): readonly UnconfirmedMessage[] {
    const rows = this.#source.history.pending().filter(({ delivery }) => delivery === 'unconfirmed');
    return rows.map(({ clientMessageId, content, createdAtMs }) => ({ clientMessageId, content, createdAtMs }));
  }

  /** Changes the words of an own message that the server does not have. */
  editOwn(clientMessageId: string, content: string): void {
    const row = this.#source.history.findPending(clientMessageId);
    if (row !== null) this.#source.history.setPending({ ...row, content });
  }

  /** How far an own message has come. Confirmed ones only go forward. */
  setDelivery(clientMessageId: string, delivery: DeliveryStatus, failure: MessageFailure | null): void {
    const { history } = this.#source;
    const row = history.findByClientId(clientMessageId);
    if (row === null || row.delivery === delivery) return;
    if (row.id === null) history.setPending({ ...row, clientMessageId, delivery, failure });
    else if (delivery === 'read' || (delivery === 'delivered' && row.delivery === 'sent')) {
      history.replace(row.id, { ...row, delivery });
    }
  }

  /**
   * The server has an own message. Without an id it stays in the tail, marked as sent, until its copy comes; so it does
   * where another message has its place. False then: the server contradicts itself.
   */
  confirm(clientMessageId: string, id: MessageId | null, seq: number | null): boolean {
    const { history } = this.#source;
    const row = history.findByClientId(clientMessageId);
    if (row === null || row.id !== null) return true;
    const taken = seq === null ? null : history.findBySeq(seq);
    const isTaken = taken !== null && taken.id !== id;
    if (id === null || isTaken) {
      history.setPending({ ...row, clientMessageId, delivery: 'sent', failure: null });
      return !isTaken;
    }
    history.dropPending(clientMessageId);
    this.#known.remember({ id, seq, senderId: this.selfId, clientMessageId });
    if (this.#known.isDeleted(id)) return true;
    const copy = history.find(id);
    // A copy that did not say whose it was is shown already: the two become one.
    if (copy !== null) history.replace(id, { ...copy, key: row.key, clientMessageId, metadata: row.metadata });
    else {
      this.#known.noteAcked(id);
      history.insert({ ...row, sender: this.#self, id, seq, delivery: 'sent', failure: null });
    }
    return true;
  }

  /**
   * Shows a message of the server's. `isNews`: it is told as received, not only shown. `beforeId`: the row that it
   * goes before, if it has no number.
   */
  take(message: WireMessage, isNews: boolean, beforeId: MessageId | null = null): readonly InboxChange[] {
    const recalled = this.recall(message, beforeId);
    if (recalled !== null) return recalled;
    const { history, streams } = this.#source;
    this.#known.remember(message);
    if (message.deleted) {
      this.#known.noteDeleted(message.id);
      return NOTHING;
    }
    const moved = this.#known.hasAcked ? this.#clearPlace(message.seq) : NOTHING;
    // Two messages at one place: the first stays. Asking again would bring the same answer.
    if (this.#isPlaceTaken(message)) return [...moved, ...DUPLICATE];
    const row = this.#toRow(message);
    if (message.streaming && !streams.hasRoom) return [...moved, ...streams.postpone({ ...row, id: message.id })];
    history.insert(row, beforeId);
    if (message.streaming) return [...moved, ...streams.begin(message.id, message.content)];
    return isNews ? [{ type: 'received', row }, ...moved] : moved;
  }

  /** What a message that is shown already brings; null if it is not, and adds nothing then. */
  recall(message: WireMessage, beforeId: MessageId | null = null): readonly InboxChange[] | null {
    const { id, seq } = message;
    const { history, streams } = this.#source;
    const known = history.find(id);
    if (known !== null) return message.deleted ? this.delete(id) : this.#recallShown(known, message);
    const own = this.#findOwn(message);
    if (own !== null) {
      const { clientMessageId } = own;
      history.dropPending(clientMessageId);
      this.#known.remember({ id, seq, senderId: message.senderId, clientMessageId });
      const moved = this.#known.hasAcked ? this.#clearPlace(seq) : NOTHING;
      if (message.deleted) this.#known.noteDeleted(id);
      // Before an older page has come, it would hide what lies between.
      else if (this.#isPlaceTaken(message) || history.isBefore(seq)) {
        history.setPending({ ...own, delivery: 'sent', failure: null });
      } else if (!this.#known.isDeleted(id)) history.insert(this.#adopt(own, message), beforeId);
      return [{ type: 'confirmed', clientMessageId, id, seq }, ...moved];
    }
    if (streams.isWaiting(id) && !message.streaming) {
      streams.drop(id);
      return null;
    }
    return this.#known.isDeleted(id) || this.#known.isRepeat(message) || this.isShown(message) ? DUPLICATE : null;
  }

  /** A row shows it, perhaps under another id: a server that lost its memory takes a repeat for a new message. */
  isShown({ id, senderId, clientMessageId }: WireMessage): boolean {
    const { history } = this.#source;
    if (history.find(id) !== null) return true;
    const row = clientMessageId === null ? null : history.findByClientId(clientMessageId);
    return row !== null && row.id !== null && row.sender.id === senderId;
  }

  /** Where the server is known to have an own message, shown or not; null if it is not. */
  findPlace(clientMessageId: string): Pick<MessageRow, 'id' | 'seq'> | null {
    const row = this.#source.history.findByClientId(clientMessageId);
    if (row?.sender.role === 'self' && (row.id !== null || row.delivery === 'sent')) return row;
    return this.#known.findNamed(clientMessageId, this.selfId);
  }

  /** A message became another one; `seq` is the place of the change. One that is not shown stays so. */
  update(message: WireMessage, seq: number | null): readonly InboxChange[] {
    if (message.deleted) return this.delete(message.id);
    const known = this.#source.history.find(message.id);
    if (known === null) return NOTHING;
    const told = Math.max(seq ?? 0, message.changedSeq ?? 0);
    return this.#change(known, message, told > 0 ? told : this.#known.revisionOf(message.id) + 1);
  }

  /** A message is gone: from the rows, and for good. It is told even if its row was evicted long ago. */
  delete(id: MessageId): readonly InboxChange[] {
    const { history, streams } = this.#source;
    if (!this.#known.noteDeleted(id)) return DUPLICATE;
    const ended = streams.drop(id);
    history.remove(id);
    return [...ended, { type: 'deleted', id }];
  }

  isKnown(id: MessageId): boolean {
    return this.#known.has(id) || this.#source.history.find(id) !== null;
  }

  forgetSeen(): void {
    this.#known.clear();
  }

  markRead(messageIds: readonly MessageId[]): void {
    for (const id of messageIds) {
      const row = this.#source.history.find(id);
      if (row === null || row.sender.role !== 'self' || row.delivery === 'read') continue;
      this.#source.history.replace(id, { ...row, delivery: 'read' });
    }
  }

  /** The row of a message from further back, where an own one may have been waiting for its ack; null for a tombstone. */
  toOlderRow(message: WireMessage): MessageRow | null {
    const own = this.#findOwn(message);
    if (own !== null) this.#source.history.dropPending(own.clientMessageId);
    this.#known.remember(own === null ? message : { ...message, clientMessageId: own.clientMessageId });
    if (message.deleted || this.#known.isDeleted(message.id)) return null;
    return own === null ? this.#toRow(message) : this.#adopt(own, message);
  }

  #toRow(message: WireMessage, key = this.#source.makeKey()): MessageRow {
    this.#known.noteRevision(message.id, message.changedSeq ?? 0);
    return toRow(message, { key, conversationId: this.#source.conversationId, selfId: this.selfId });
  }

  /** The server's copy of an own message takes the place of the optimistic row; the key stays. */
  #adopt({ key, clientMessageId, metadata }: OwnRow, message: WireMessage): MessageRow {
    return { ...this.#toRow(message, key), clientMessageId, metadata };
  }

  /** After an ack the log brings the server's words and time, and its own word on the place counts more. */
  #recallShown(known: MessageRow, message: WireMessage): readonly InboxChange[] {
    const { history } = this.#source;
    if (!this.#known.noteLogged(message.id)) return this.#refresh(known, message);
    const revision = message.changedSeq ?? 0;
    if (message.seq === null || message.seq === known.seq || this.#isPlaceTaken(message)) {
      return this.#change(known, message, revision);
    }
    const row: MessageRow = { ...known, seq: message.seq };
    history.remove(message.id);
    history.insert(row);
    return [...this.#change(row, message, revision), { type: 'contradiction' }];
  }

  /** An own message that an ack has put where another one belongs goes back to the tail. */
  #clearPlace(seq: number | null): readonly InboxChange[] {
    const { history } = this.#source;
    const row = seq === null ? null : history.findBySeq(seq);
    if (row === null || row.id === null || row.clientMessageId === null || !this.#known.isAcked(row.id)) return NOTHING;
    this.#known.noteLogged(row.id);
    history.remove(row.id);
    history.setPending({ ...row, clientMessageId: row.clientMessageId, id: null, seq: null });
    return [{ type: 'contradiction' }];
  }

  #isPlaceTaken({ id, seq }: WireMessage): boolean {
    const shown = seq === null ? null : this.#source.history.findBySeq(seq);
    return shown !== null && shown.id !== id;
  }

  /** Shown already: only a newer change, or more of an answer, says anything new. */
  #refresh(known: MessageRow, message: WireMessage): readonly InboxChange[] {
    const revision = message.changedSeq ?? 0;
    const isNewer = revision > this.#known.revisionOf(message.id) || this.#source.streams.has(message.id);
    if (isNewer) return this.#change(known, message, revision);
    const isReadNow = message.isRead && known.sender.role === 'self' && known.delivery !== 'read';
    if (!isReadNow) return DUPLICATE;
    const row: MessageRow = { ...known, delivery: 'read' };
    this.#source.history.replace(message.id, row);
    return [{ type: 'updated', row }];
  }

  #change(known: MessageRow, message: WireMessage, revision: number): readonly InboxChange[] {
    const { id, content, createdAtMs } = message;
    const { history, streams } = this.#source;
    if (streams.has(id)) return streams.resume(id, content, message.streaming);
    if (revision < this.#known.revisionOf(id)) return DUPLICATE;
    const isChanged = revision > this.#known.revisionOf(id);
    this.#known.noteRevision(id, revision);
    const delivery = known.sender.role === 'self' && message.isRead ? 'read' : known.delivery;
    const metadata = isChanged ? message.metadata : known.metadata;
    const isSame = known.content === content && known.createdAtMs === createdAtMs && known.metadata === metadata;
    if (isSame && known.delivery === delivery) return DUPLICATE;
    const row: MessageRow = { ...known, content, createdAtMs, delivery, metadata };
    history.replace(id, row);
    return [{ type: 'updated', row }];
  }

  /** By its client id; where the protocol has none, the oldest pending message of the same words. */
  #findOwn(message: WireMessage): OwnRow | null {
    if (message.senderId === null || message.senderId !== this.selfId) return null;
    const { history } = this.#source;
    if (message.clientMessageId !== null) return history.findPending(message.clientMessageId);
    if (message.seq !== null) return null;
    return history.pending().find((row) => saysTheSame(row, message)) ?? null;
  }
}
