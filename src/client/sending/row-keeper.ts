/** Sees to it that the store has each message before a connection does, and knows which ones one may have. */

import type { Outbox } from '../../core/outbox/outbox.js';
import type { OutboxEntry } from '../../core/outbox/outbox-entry.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { StoredMessage } from '../../ports/outbox-store.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Turn } from '../telling/turn.js';
import { keepingOf, toEntry, toRow } from './stored-message.js';
import { StoredRows } from './stored-rows.js';

export interface KeeperSurroundings {
  readonly options: ResolvedOptions;
  readonly turn: Turn;
  readonly outbox: Outbox;
  /** The store has a message, or never will. */
  readonly onPersisted: (id: string, isDurable: boolean) => void;
  /** Something that waited for the store may go out. */
  readonly onCleared: () => void;
  readonly onAdopted: (entries: readonly OutboxEntry[]) => void;
  /** Another tab sends it; that it did will be seen. */
  readonly onLost: (entry: OutboxEntry) => void;
  readonly onWiped: (wasBefore: boolean) => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class RowKeeper {
  readonly #around: KeeperSurroundings;
  #rows: StoredRows | null;

  constructor(around: KeeperSurroundings) {
    this.#around = around;
    const { options, turn, onWiped, onTrouble } = around;
    const { clock, secrets } = options;
    const { store, namespace } = options.outbox;
    if (store === null) this.#rows = null;
    else {
      const onAdopted = (rows: readonly StoredMessage[], isFirst: boolean) => this.#adopt(rows, isFirst);
      const onLost = (ids: readonly string[]) => this.#lose(ids);
      this.#rows = new StoredRows({ store, namespace, clock, secrets, turn, onAdopted, onLost, onWiped, onTrouble });
    }
  }

  /** How a new message stands to the store. */
  get initial(): OutboxEntry['keeping'] {
    return this.#rows === null ? 'cleared' : 'kept';
  }

  get hasStore(): boolean {
    return this.#rows !== null;
  }

  open(): void {
    this.#rows?.open();
  }

  /** Writes a message to the store; `isNext` also says there that it may have been sent. */
  keep(entry: OutboxEntry, isNext: boolean): void {
    const rows = this.#rows;
    if (rows === null) return;
    rows.open();
    const { options, turn, outbox, onCleared } = this.#around;
    const row = toRow(entry, entry.transmittedAtMs ?? (isNext ? options.clock.nowMs() : null));
    outbox.setKeeping(entry.id, 'waiting');
    const kept = rows.put(row);
    if (typeof kept === 'boolean') return this.#whenKept(rows, row, kept);
    kept.then((isKept) =>
      turn.run(() => {
        this.#whenKept(rows, row, isKept);
        onCleared();
      }),
    );
  }

  /** The message is over: its row goes, or where it is another tab's, as soon as that tab leaves it to us. */
  forget({ id, keeping }: OutboxEntry): void {
    if (keeping === 'elsewhere') this.#rows?.disclaim(id);
    else this.#rows?.remove(id);
  }

  async wipe(): Promise<void> {
    await this.#rows?.wipe();
  }

  /** Lets go of the store. What it keeps is not sent before it is open again and says whose it is. */
  async close(): Promise<void> {
    const rows = this.#rows;
    if (rows === null) return;
    const { outbox } = this.#around;
    for (const { id, keeping } of outbox.list()) {
      if (keeping !== 'elsewhere' && rows.holds(id)) outbox.setKeeping(id, 'released');
    }
    await rows.close();
  }

  /** Lets go, and leaves nothing there: the user logged out elsewhere. */
  async leave(): Promise<void> {
    await this.#rows?.leave();
  }

  /** Lets go for good: what a listener ended in the middle of a call does not open the store again. */
  end(): void {
    void this.close();
    this.#rows = null;
  }

  #whenKept(rows: StoredRows, row: StoredMessage, isKept: boolean): void {
    const { outbox, onPersisted } = this.#around;
    onPersisted(row.id, isKept && rows.isDurable);
    // What the store did not take must not come back as it was before; a client that has let go asks for nothing.
    if (!isKept && rows.isInUse) rows.remove(row.id);
    const entry = outbox.get(row.id);
    // Edited meanwhile: the newer row is still on its way.
    if (entry?.content !== row.content || entry.keeping === 'elsewhere') return;
    const isStored = isKept && rows.isDurable;
    outbox.setKeeping(row.id, isStored ? (rows.isOpen ? keepingOf(row) : 'released') : 'cleared');
  }

  #adopt(rows: readonly StoredMessage[], isFirst: boolean): void {
    const { outbox, onAdopted } = this.#around;
    for (const row of rows) {
      const entry = outbox.get(row.id);
      if (entry?.keeping !== 'released') continue;
      if (entry.content === row.content) outbox.setKeeping(row.id, keepingOf(row));
      // Another tab has changed it.
      else outbox.disown(row.id);
    }
    onAdopted(outbox.adopt(rows.map(toEntry), isFirst));
  }

  #lose(ids: readonly string[]): void {
    const { outbox, onLost } = this.#around;
    for (const id of ids) {
      const entry = outbox.disown(id);
      if (entry !== null) onLost(entry);
    }
  }
}
