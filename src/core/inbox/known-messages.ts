/** What is remembered of messages beyond their rows, so that each is shown once and none comes back. */

import type { WireMessage } from '../frame.js';
import type { MessageId } from '../message.js';
import { RecentMap } from './recent-map.js';

type MessageName = Pick<WireMessage, 'id' | 'seq' | 'senderId' | 'clientMessageId'>;
type NamedPlace = Pick<WireMessage, 'id' | 'seq' | 'senderId'>;

export class KnownMessages {
  readonly #seen: RecentMap<true>;
  /** What senders named themselves: a server that lost its memory gives a repeat another id and number. */
  readonly #named: RecentMap<NamedPlace>;
  readonly #deleted: RecentMap<true>;
  /** The place of the newest change that is shown; only of messages that were changed. */
  readonly #revisions: RecentMap<number>;
  /** Own messages that an ack has put in their place, and the log has not. */
  readonly #acked: RecentMap<true>;

  constructor({ seenMax: entriesMax, historyMax }: { readonly seenMax: number; readonly historyMax: number }) {
    this.#seen = new RecentMap(entriesMax);
    this.#named = new RecentMap(entriesMax);
    this.#deleted = new RecentMap(entriesMax);
    // Between the first change of a row that is shown and now, no more others than this can have been changed.
    this.#revisions = new RecentMap(Math.max(entriesMax, 2 * historyMax));
    // Only of what is shown does it matter who told of it first.
    this.#acked = new RecentMap(2 * historyMax);
  }

  /** A message with a number is known by that; only what has none needs its id kept. */
  remember({ id, seq, senderId, clientMessageId }: MessageName): void {
    if (seq === null) this.#seen.set(id, true);
    if (clientMessageId !== null) this.#named.set(clientMessageId, { id, seq, senderId });
  }

  has(id: MessageId): boolean {
    return this.#seen.has(id);
  }

  /** It came before, under this id or another one. Two senders may choose the same name. */
  isRepeat({ id, seq, senderId, clientMessageId }: MessageName): boolean {
    if (seq === null && this.#seen.has(id)) return true;
    return clientMessageId !== null && this.findNamed(clientMessageId, senderId) !== null;
  }

  /** Where the server has what this sender named so. */
  findNamed(clientMessageId: string, senderId: string | null): NamedPlace | null {
    const place = this.#named.get(clientMessageId);
    return place?.senderId === senderId ? place : null;
  }

  isDeleted(id: MessageId): boolean {
    return this.#deleted.has(id);
  }

  /** False if it was deleted before. */
  noteDeleted(id: MessageId): boolean {
    if (this.#deleted.has(id)) return false;
    this.#deleted.set(id, true);
    return true;
  }

  /** 0 for a message that is as it was said. */
  revisionOf(id: MessageId): number {
    return this.#revisions.get(id) ?? 0;
  }

  noteRevision(id: MessageId, revision: number): void {
    if (revision > 0) this.#revisions.set(id, revision);
  }

  noteAcked(id: MessageId): void {
    this.#acked.set(id, true);
  }

  get hasAcked(): boolean {
    return !this.#acked.isEmpty;
  }

  isAcked(id: MessageId): boolean {
    return this.#acked.has(id);
  }

  /** The log has it now. True if only an ack had told of it before. */
  noteLogged(id: MessageId): boolean {
    return this.#acked.delete(id);
  }

  /** Another log begins: its ids and numbers mean other messages. */
  clear(): void {
    for (const memory of [this.#seen, this.#named, this.#deleted, this.#revisions, this.#acked]) memory.clear();
  }
}
