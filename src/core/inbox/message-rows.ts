/** Turns the server's messages into rows: each shown once, own ones in the place of their optimistic entry. */

import type { WireMessage } from '../frame.js';
import type { DeliveryStatus, MessageFailure, MessageId, MessageRow } from '../message.js';
import type { AnswerStreams } from './answer-streams.js';
import type { History, OwnRow } from './history.js';
import type { InboxChange } from './inbox-change.js';
import { SeenIds } from './seen-ids.js';
import { wellFormedPrefix } from './stream.js';

const DUPLICATE: readonly InboxChange[] = [{ type: 'duplicate' }];

export interface RowSource {
  readonly conversationId: string;
  readonly history: History;
  readonly streams: AnswerStreams;
  readonly seenMax: number;
  /** Makes the stable keys of rows. */
  readonly makeKey: () => string;
}

export class MessageRows {
  readonly #source: RowSource;
  readonly #seen: SeenIds;
  /** What senders named themselves, by sender: a server that lost its memory gives a repeat another id and number. */
  readonly #named: SeenIds;
  #selfId: string | null = null;

  constructor(source: RowSource) {
    this.#source = source;
    this.#seen = new SeenIds(source.seenMax);
    this.#named = new SeenIds(source.seenMax);
  }

  get selfId(): string | null {
    return this.#selfId;
  }

  identify(userId: string | null): void {
    this.#selfId = userId;
  }

  /** An own message, shown at the tail before the server has it. */
  addOwn(
    message: Pick<MessageRow, 'content' | 'createdAtMs' | 'inReplyTo' | 'metadata'>,
    clientMessageId: string,
  ): void {
    this.#source.history.setPending({
      ...message,
      key: this.#source.makeKey(),
      id: null,
      clientMessageId,
      conversationId: this.#source.conversationId,
      sender: { id: this.#selfId, role: 'self' },
      seq: null,
      delivery: 'queued',
      stream: null,
      failure: null,
    });
  /** Changes the words of an own message that the server does not have. */
  editOwn(clientMessageId: string, content: string): void {
    const row = this.#source.history.findPending(clientMessageId);
    if (row !== null) this.#source.history.setPending({ ...row, content });
  }

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

  /** The server has an own message. Without an id it stays in the tail, marked as sent, until its copy comes. */
  confirm(clientMessageId: string, id: MessageId | null, seq: number | null): void {
    const { history } = this.#source;
    const row = history.findByClientId(clientMessageId);
    if (row === null || row.id !== null) return;
    if (id === null) {
      history.setPending({ ...row, clientMessageId, delivery: 'sent', failure: null });
      return;
    }
    history.dropPending(clientMessageId);
    this.#remember(id, this.#selfId, clientMessageId);
    const copy = history.find(id);
    // A copy that did not say whose it was is shown already: the two become one.
    if (copy !== null) history.replace(id, { ...copy, key: row.key, clientMessageId, metadata: row.metadata });
    else history.insert({ ...row, id, seq, delivery: 'sent', failure: null });
  }

  /**
   * Shows a message of the server's. `isNews`: it is told as received, not only shown. `beforeId`: the row that it
   * goes before, if it has no number.
   */
  take(message: WireMessage, isNews: boolean, beforeId: MessageId | null = null): readonly InboxChange[] {
    const recalled = this.recall(message, beforeId);
    if (recalled !== null) return recalled;
    const { history, streams } = this.#source;
    this.#remember(message.id, message.senderId, message.clientMessageId);
    const row = this.toRow(message);
    if (message.streaming && !streams.hasRoom) return streams.postpone({ ...row, id: message.id });
    history.insert(row, beforeId);
    if (message.streaming) return streams.begin(message.id, message.content);
    return isNews ? [{ type: 'received', row }] : [];
  }

  /** What a message that is shown already brings; null if it is not, and adds nothing then. */
  recall(message: WireMessage, beforeId: MessageId | null = null): readonly InboxChange[] | null {
    const known = this.#source.history.find(message.id);
    if (known !== null) return this.#refresh(known, message);
    const own = this.#findOwn(message);
    if (own !== null) {
      this.#source.history.insert(this.#adopt(own, message), beforeId);
      return [{ type: 'confirmed', clientMessageId: own.clientMessageId, id: message.id, seq: message.seq }];
    }
    const { streams } = this.#source;
    if (streams.isWaiting(message.id) && !message.streaming) {
      streams.drop(message.id);
      return null;
    }
    const { senderId, clientMessageId } = message;
    const isRepeat = clientMessageId !== null && this.#named.has(nameBySender(senderId, clientMessageId));
    return isRepeat || this.#seen.has(message.id) ? DUPLICATE : null;
  }

  isKnown(id: MessageId): boolean {
    return this.#seen.has(id) || this.#source.history.find(id) !== null;
  }

  forgetSeen(): void {
    this.#seen.clear();
    this.#named.clear();
  }

  markRead(messageIds: readonly MessageId[]): void {
    for (const id of messageIds) {
      const row = this.#source.history.find(id);
      if (row === null || row.sender.role !== 'self' || row.delivery === 'read') continue;
      this.#source.history.replace(id, { ...row, delivery: 'read' });
    }
  }

  /** The row of a message from further back, where an own one may have been waiting for its ack. */
  toOlderRow(message: WireMessage): MessageRow {
    const own = this.#findOwn(message);
    return own === null ? this.toRow(message) : this.#adopt(own, message);
  }

  toRow(message: WireMessage): MessageRow {
    const isOwn = message.senderId !== null && message.senderId === this.#selfId;
    const isAnswer = message.senderRole === 'assistant';
    return {
      key: this.#source.makeKey(),
      id: message.id,
      clientMessageId: message.clientMessageId,
      conversationId: this.#source.conversationId,
      sender: { id: message.senderId, role: message.senderRole ?? (isOwn ? 'self' : 'other') },
      content: message.streaming ? wellFormedPrefix(message.content) : message.content,
      createdAtMs: message.createdAtMs,
      seq: message.seq,
      inReplyTo: message.inReplyTo,
      delivery: isOwn ? 'sent' : null,
      stream: message.streaming ? 'streaming' : isAnswer ? 'done' : null,
      failure: null,
      metadata: message.metadata,
    };
  }

  /** The server's copy of an own message takes the place of the optimistic row; the key stays. */
  #adopt(own: OwnRow, message: WireMessage): MessageRow {
    this.#source.history.dropPending(own.clientMessageId);
    this.#remember(message.id, message.senderId, own.clientMessageId);
    const { key, clientMessageId, metadata } = own;
    return { ...this.toRow(message), key, clientMessageId, metadata };
  }

  #remember(id: MessageId, senderId: string | null, clientMessageId: string | null): void {
    this.#seen.add(id);
    if (clientMessageId !== null) this.#named.add(nameBySender(senderId, clientMessageId));
  }

  /** Shown already. An own message's copy still brings the server's words and time. */
  #refresh(known: MessageRow, message: WireMessage): readonly InboxChange[] {
    const { history, streams } = this.#source;
    if (streams.has(message.id)) return streams.resume(message.id, message.content, message.streaming);
    const isSame = known.content === message.content && known.createdAtMs === message.createdAtMs;
    if (isSame || known.sender.role !== 'self') return DUPLICATE;
    const row: MessageRow = { ...known, content: message.content, createdAtMs: message.createdAtMs };
    history.replace(message.id, row);
    return [{ type: 'updated', row }];
  }

  /** By its client id; where the protocol has none, the oldest pending message of the same words. */
  #findOwn(message: WireMessage): OwnRow | null {
    if (message.senderId === null || message.senderId !== this.#selfId) return null;
    const { history } = this.#source;
    if (message.clientMessageId !== null) return history.findPending(message.clientMessageId);
    if (message.seq !== null) return null;
    const words = message.content.trim();
    return history.pending().find((row) => isOnItsWay(row) && row.content.trim() === words) ?? null;
  }
}

function isOnItsWay(row: MessageRow): boolean {
  return row.delivery === 'sending' || row.delivery === 'unconfirmed' || row.delivery === 'sent';
}

/** Two senders may choose the same id, so a repeat is one of the same sender; the length keeps the two parts apart. */
function nameBySender(senderId: string | null, clientMessageId: string): string {
  return `${senderId?.length ?? -1}:${senderId}${clientMessageId}`;
}
