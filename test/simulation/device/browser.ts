/** What a browser keeps of the outboxes of its tabs: rows that outlive every process, each with the tab that owns it. */

import type { OutboxRows, OutboxStore, OutboxStoreRequest, StoredMessage } from '../../../src/ports/outbox-store.js';
import type { Dice } from '../world/dice.js';
import type { Gate } from '../world/gate.js';
import type { Timeline } from '../world/timeline.js';
import { Tab } from './tab.js';

export type StoreMood = 'slow' | 'fails' | 'full' | 'cannot-open';

export interface KeptRow {
  readonly namespace: string;
  readonly row: StoredMessage;
  /** Null once its tab is gone. */
  owner: Tab | null;
  /** It let go of the row and lives on: if another gets it, it has lost it. */
  leftBy?: Tab;
  isCorrupt: boolean;
}

const SLOW_MS = 5_000;
const LATENCY_MAX_MS = 25;
/** How long it takes until the others notice that a tab is gone. */
const NOTICE_MAX_MS = 3_000;

export class Browser {
  readonly rows = new Map<string, KeptRow>();
  /** Ids of rows that nobody could read, or that a logout erased. */
  readonly setAside = new Set<string>();
  /** By namespace. */
  readonly #logouts = new Map<string, number>();
  /** Ids of rows that were to go when their tab was stopped, frozen or killed, before the disk had heard of it, or done it. */
  readonly outlived = new Set<string>();
  /** Ids of rows whose newer version the disk refused: what is there says what is true no more, so it goes. */
  readonly outdated = new Set<string>();
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #tabs = new Set<Tab>();
  readonly #opening = new Set<Gate>();
  #mood: { readonly kind: StoreMood; readonly untilMs: number } | null = null;

  constructor(timeline: Timeline, dice: Dice) {
    this.#timeline = timeline;
    this.#dice = dice;
  }

  get mood(): StoreMood | null {
    return this.#mood !== null && this.#mood.untilMs > this.#timeline.nowMs ? this.#mood.kind : null;
  }

  feel(kind: StoreMood, forMs: number): void {
    this.#mood = { kind, untilMs: this.#timeline.nowMs + forMs };
  }

  heal(): void {
    this.#mood = null;
  }

  latencyMs(): number {
    return this.#dice.whole(0, LATENCY_MAX_MS) + (this.mood === 'slow' ? SLOW_MS : 0);
  }

  /** The newest row cannot be read any more. */
  corrupt(): void {
    const kept = [...this.rows.values()].at(-1);
    if (kept !== undefined) kept.isCorrupt = true;
  }

  storeFor(gate: Gate, onLost: (id: string) => void): OutboxStore {
    return { name: 'simulated', isDurable: true, open: (request) => this.#open(request, gate, onLost) };
  }

  /** What was under way when a process ended: some of it had reached the disk. */
  reachesDisk(): boolean {
    return this.#dice.chance(0.5);
  }

  /** A tab is gone, or let go: its rows are anybody's. */
  release(tab: Tab, isAtOnce: boolean): void {
    if (!this.#tabs.delete(tab)) return;
    for (const kept of this.rows.values()) {
      if (kept.owner !== tab) continue;
      kept.owner = null;
      if (isAtOnce) kept.leftBy = tab;
    }
    this.#timeline.after(isAtOnce ? 0 : this.#dice.whole(10, NOTICE_MAX_MS), () => this.#offerRows());
  }

  /** It is asked for something, and has not answered. */
  isBusy(gate: Gate): boolean {
    return this.#opening.has(gate) || this.tabOf(gate)?.isBusy === true;
  }

  tabOf(gate: Gate): Tab | null {
    return [...this.#tabs].find((tab) => tab.gate === gate) ?? null;
  }

  /** A frozen tab did not keep its lease alive: another takes its rows, and it is told once it runs again. */
  takeOver(gate: Gate): void {
    const tab = this.tabOf(gate);
    const other = [...this.#tabs].find((candidate) => candidate !== tab && candidate.namespace === tab?.namespace);
    if (tab === null || other === undefined) return;
    const taken = [...this.rows.values()].filter(({ owner }) => owner === tab);
    if (taken.length === 0) return;
    for (const kept of taken) {
      kept.owner = null;
      tab.onLost(kept.row.id);
    }
    tab.hearLost(taken.map(({ row }) => row.id));
    this.#giveTo(other);
  }

  logouts(namespace: string): number {
    return this.#logouts.get(namespace) ?? 0;
  }

  wipe(namespace: string, by: Tab): void {
    by.logouts = this.logouts(namespace) + 1;
    this.#logouts.set(namespace, by.logouts);
    for (const [id, kept] of this.rows) {
      if (kept.namespace !== namespace) continue;
      this.rows.delete(id);
      this.setAside.add(id);
    }
    for (const tab of this.#tabs) if (tab !== by && tab.namespace === namespace) tab.hearWiped();
  }

  #open(request: OutboxStoreRequest, gate: Gate, onLost: (id: string) => void): Promise<OutboxRows> {
    return new Promise((resolve, reject) => {
      this.#opening.add(gate);
      const open = () => {
        if (this.mood === 'cannot-open') {
          this.#opening.delete(gate);
          return reject(new Error('The database cannot be opened.'));
        }
        const tab = new Tab({ browser: this, timeline: this.#timeline, gate, request, onLost });
        this.#tabs.add(tab);
        const give = () => {
          tab.noticeLogout();
          this.#giveTo(tab);
          // Whoever opens has been told of those rows by then.
          const tell = () => {
            this.#opening.delete(gate);
            resolve(tab);
          };
          this.#timeline.after(0, tell, { gate });
        };
        this.#timeline.after(0, give, { gate });
      };
      this.#timeline.after(this.latencyMs(), open, { gate });
    });
  }

  #offerRows(): void {
    for (const tab of this.#tabs) this.#giveTo(tab);
  }

  #giveTo(tab: Tab): void {
    const free = [...this.rows.values()].filter(
      ({ owner, namespace }) => owner === null && namespace === tab.namespace,
    );
    const readable = free.filter(({ isCorrupt }) => !isCorrupt);
    for (const kept of free) {
      if (!kept.isCorrupt) {
        kept.owner = tab;
        if (kept.leftBy?.gate !== tab.gate) kept.leftBy?.onLost(kept.row.id);
      } else {
        this.rows.delete(kept.row.id);
        this.setAside.add(kept.row.id);
      }
    }
    if (free.length > readable.length) tab.hearSetAside(free.length - readable.length);
    // As of the sending: a message that the disk refused at first may have been written after a later one.
    if (readable.length > 0)
      tab.hearAdopted(readable.map(({ row }) => row).sort((one, other) => one.order - other.order));
  }
}
