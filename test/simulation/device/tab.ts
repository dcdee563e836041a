/** One process's hold on the rows of its browser. What it asks for takes effect in order, some time later. */

import type { OutboxRows, OutboxStoreRequest, StoredMessage } from '../../../src/ports/outbox-store.js';
import type { Gate } from '../world/gate.js';
import type { Timeline } from '../world/timeline.js';
import type { Browser } from './browser.js';

export interface TabSurroundings {
  readonly browser: Browser;
  readonly timeline: Timeline;
  readonly gate: Gate;
  readonly request: OutboxStoreRequest;
  /** Another tab took a row of this one. */
  readonly onLost: (id: string) => void;
}

interface Asked {
  /** The row that is to go. */
  readonly removes: string | null;
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class Tab implements OutboxRows {
  readonly #around: TabSurroundings;
  #asked: Asked[] = [];
  #lastDueAtMs = 0;
  #isClosed = false;
  /** Those that its client has heard of, or made. */
  logouts: number;
  /** Rows that another tab took, while this one does not know it. */
  readonly #taken = new Set<string>();
  /** Rows that are this tab's, as far as it knows. */
  readonly #held = new Set<string>();
  /** Removals that the disk refused. Once it does anything they are asked for again. */
  readonly #refused = new Set<string>();

  constructor(around: TabSurroundings) {
    this.#around = around;
    const { browser, request } = around;
    this.logouts = request.logoutsKnown ?? browser.logouts(request.namespace);
  }

  get gate(): Gate {
    return this.#around.gate;
  }

  get namespace(): string {
    return this.#around.request.namespace;
  }

  get isBusy(): boolean {
    return this.#asked.length > 0;
  }

  /** Another tab took the row, and this one does not know it yet. */
  hasLost(id: string): boolean {
    return this.#taken.has(id);
  }

  onLost(id: string): void {
    this.#around.onLost(id);
  }

  put(row: StoredMessage): Promise<void> {
    const { browser } = this.#around;
    const { logouts } = this;
    // As of now: until its turn, this tab may lose the row.
    const isNew = !this.#held.has(row.id);
    return this.#ask(() => {
      const { mood } = browser;
      if (this.noticeLogout() || logouts !== this.logouts) throw new Error('The user logged out.');
      this.#noticeLosses();
      const known = browser.rows.get(row.id);
      if (mood === 'full' || mood === 'fails') {
        if (known !== undefined) browser.outdated.add(row.id);
        throw new Error(mood === 'full' ? 'QuotaExceededError' : 'Disk failure');
      }
      // Taken over meanwhile: the other tab knows better, also where it has sent it already.
      if (known === undefined ? !isNew : known.owner !== this) {
        if (isNew) throw new Error('It belongs to another tab.');
        return;
      }
      this.#held.add(row.id);
      this.#refused.clear();
      browser.rows.set(row.id, { namespace: this.namespace, row: structuredClone(row), owner: this, isCorrupt: false });
    });
  }

  remove(id: string): Promise<void> {
    const { browser } = this.#around;
    const wasHeld = this.#held.delete(id);
    return this.#ask(() => {
      if (browser.mood === 'fails') {
        this.#refused.add(id);
        throw new Error('Disk failure');
      }
      this.#refused.clear();
      const owner = browser.rows.get(id)?.owner;
      if (owner === this) browser.rows.delete(id);
      else if (wasHeld && owner !== undefined) this.#around.request.events.lost([id]);
    }, id);
  }

  wipe(): Promise<void> {
    return this.#ask(() => this.#around.browser.wipe(this.namespace, this));
  }

  close(): Promise<void> {
    return this.#ask(() => {
      this.#isClosed = true;
      this.#outlive(this.#refused);
      this.#around.browser.release(this, true);
    });
  }

  /** The process is gone. */
  die(): void {
    const { browser } = this.#around;
    this.#isClosed = true;
    for (const { work, removes } of this.#asked) {
      if (browser.reachesDisk()) tryOut(work);
      else if (removes !== null) browser.outlived.add(removes);
    }
    this.#asked = [];
    this.#outlive(this.#refused);
    browser.release(this, false);
  }

  hearAdopted(rows: readonly StoredMessage[]): void {
    this.#hear(() => {
      this.#noticeLosses();
      const own = rows.filter(({ id }) => this.#around.browser.rows.get(id)?.owner === this);
      for (const { id } of own) this.#held.add(id);
      this.#around.request.events.adopted(own);
    });
  }

  hearSetAside(count: number): void {
    this.#hear(() => this.#around.request.events.setAside(count));
  }

  hearLost(ids: readonly string[]): void {
    for (const id of ids) this.#taken.add(id);
    const asked = this.#asked.flatMap(({ removes }) => removes ?? []);
    this.#outlive([...asked, ...this.#refused].filter((id) => this.#taken.has(id)));
    this.#hear(() => this.#noticeLosses());
  }

  hearWiped(): void {
    this.#hear(() => this.noticeLogout());
  }

  /** True if there was one that its client has not heard of; it has now. */
  noticeLogout(): boolean {
    const { browser, request } = this.#around;
    const logouts = browser.logouts(request.namespace);
    if (this.logouts === logouts) return false;
    this.logouts = logouts;
    this.#held.clear();
    request.events.wiped();
    return true;
  }

  /** A tab that was taken for dead finds out before it writes anything. */
  #noticeLosses(): void {
    // Of others it knows nothing: they came and went while it stood still, or were to go from here.
    const lost = [...this.#taken].filter((id) => this.#held.delete(id));
    this.#taken.clear();
    if (lost.length > 0) this.#around.request.events.lost(lost);
  }

  #outlive(ids: Iterable<string>): void {
    for (const id of ids) this.#around.browser.outlived.add(id);
  }

  #hear(tell: () => void): void {
    const { timeline, gate } = this.#around;
    const telling = () => {
      if (!this.#isClosed) tell();
    };
    timeline.after(0, telling, { gate });
  }

  /** In the order of the calls, each settled once it is on the disk. */
  #ask(work: () => void, removes: string | null = null): Promise<void> {
    const { timeline, gate, browser } = this.#around;
    return new Promise((resolve, reject) => {
      this.#asked.push({ removes, work, resolve, reject });
      const dueAtMs = Math.max(timeline.nowMs + browser.latencyMs(), this.#lastDueAtMs);
      this.#lastDueAtMs = dueAtMs;
      timeline.after(dueAtMs - timeline.nowMs, () => this.#doNext(), { gate });
    });
  }

  #doNext(): void {
    const [asked] = this.#asked.splice(0, 1);
    if (asked === undefined) return;
    try {
      asked.work();
      asked.resolve();
    } catch (thrown) {
      asked.reject(thrown);
    }
  }
}

function tryOut(work: () => void): void {
  try {
    work();
  } catch {
    // What cannot be written is not on the disk.
  }
}
