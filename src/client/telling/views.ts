/** Refreshes snapshots and tells their subscribers: at once for what a user did, at most once an interval for the rest. */

import type { Clock } from '../../ports/clock.js';
import type { ChatSnapshot } from '../chat-snapshot.js';
import { NamedTimers } from '../named-timers.js';
import type { Conversations } from '../receiving/conversations.js';
import { callSafely } from './listeners.js';
import { type SharedView, SnapshotStore } from './snapshot-store.js';
import type { Turn } from './turn.js';

export interface ViewsSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly notifyIntervalMs: number;
  readonly conversations: Conversations;
  readonly shared: () => SharedView;
  readonly onListenerThrew: (thrown: unknown) => void;
}

type Urgency = 'none' | 'soon' | 'now';

export class Views {
  readonly #around: ViewsSurroundings;
  readonly #stores = new Map<string | null, SnapshotStore>();
  readonly #timers: NamedTimers<'notify'>;
  #urgency: Urgency = 'none';
  #notifiedAtMs = Number.NEGATIVE_INFINITY;

  constructor(around: ViewsSurroundings) {
    this.#around = around;
    this.#timers = new NamedTimers(around.clock, () => around.turn.run(() => this.mark('now')));
    around.turn.atEnd(() => this.#settle());
  }

  /** The view of a conversation; of the connection alone for null. */
  of(conversationId: string | null): SnapshotStore {
    const known = this.#stores.get(conversationId);
    if (known !== undefined) return known;
    const store = new SnapshotStore(this.#around.shared(), this.#conversation(conversationId));
    this.#stores.set(conversationId, store);
    return store;
  }

  snapshot(conversationId: string | null): ChatSnapshot {
    return this.of(conversationId).snapshot;
  }

  /** Something changed that views may show. */
  mark(urgency: 'soon' | 'now'): void {
    if (this.#urgency !== 'now') this.#urgency = urgency;
  }

  /** Nobody is told any more. */
  stop(): void {
    this.#timers.stopAll();
  }

  /** The first change after a pause is told at once, later ones at the end of the interval. */
  #settle(): void {
    if (this.#urgency === 'none') return;
    const { clock, notifyIntervalMs } = this.#around;
    const leftMs = this.#notifiedAtMs + notifyIntervalMs - clock.nowMs();
    if (this.#urgency === 'soon' && leftMs > 0) {
      if (!this.#timers.isRunning('notify')) this.#timers.start('notify', leftMs);
      return;
    }
    this.#urgency = 'none';
    this.#notifiedAtMs = clock.nowMs();
    this.#timers.stop('notify');
    this.#refresh();
  }

  #refresh(): void {
    const shared = this.#around.shared();
    for (const [id, store] of this.#stores) {
      if (!store.refresh(shared, this.#conversation(id))) continue;
      for (const listener of store.listeners) {
        this.#around.turn.tell(() => callSafely(listener, this.#around.onListenerThrew));
      }
    }
  }

  #conversation(id: string | null) {
    return id === null ? null : this.#around.conversations.get(id);
  }
}
