/** A store for the outbox whose disk outlives its clients, and whose every step is in a test's hands. */
import type { Clock } from '../../src/ports/clock.js';
import type { OutboxRows, OutboxStore, OutboxStoreEvents, StoredMessage } from '../../src/ports/outbox-store.js';

export interface ScriptedStore extends OutboxStore {
  readonly isDurable: boolean;
  /** What is committed, in the order of its first commit. */
  readonly disk: Map<string, StoredMessage>;
  /** Every commit, as `put id`, `put id sent`, `remove id`, `wipe`, `close`. */
  readonly steps: string[];
  readonly namespaces: string[];
  /** How often this user was logged out, in any tab. */
  logouts: number;
  /** What delays are measured with. */
  clock: Clock | null;
  /** How long opening and every write take. */
  delayMs: number;
  /** What opening rejects with; null to succeed. */
  openFault: Error | null;
  /** What the next writes reject with, one each. */
  readonly faults: Error[];
  /** Called before each commit; after it throws, nothing is committed any more: the machine is dead. */
  onStep: (step: string) => void;
  /** The newest client's ear. */
  readonly events: OutboxStoreEvents;
  /** The newest client has no access any more: what it still asks for never happens. */
  cutOff(): void;
}

/** Without a delay a write still takes a turn of its own, as every real store's does. */
export function scriptedStore(isDurable = true): ScriptedStore {
  let events: OutboxStoreEvents | null = null;
  let life = 0;
  const store: ScriptedStore = {
    name: 'scripted',
    isDurable,
    disk: new Map(),
    steps: [],
    namespaces: [],
    logouts: 0,
    clock: null,
    delayMs: 0,
    openFault: null,
    faults: [],
    onStep: () => {},
    get events() {
      if (events === null) throw new Error('No client has opened the store.');
      return events;
    },
    cutOff: () => {
      life += 1;
    },
    open: async ({ namespace, events: listener, logoutsKnown }) => {
      store.namespaces.push(namespace);
      events = listener;
      life += 1;
      const mine = life;
      await pass(store.clock, store.delayMs);
      if (store.openFault !== null) throw store.openFault;
      if ((logoutsKnown ?? store.logouts) !== store.logouts && mine === life) listener.wiped();
      if (store.disk.size > 0 && mine === life) listener.adopted([...store.disk.values()]);
      return rowsOf(store, () => mine === life);
    },
  };
  return store;
}

function rowsOf(store: ScriptedStore, isAlive: () => boolean): OutboxRows {
  /** Writes take effect in the order of their calls. */
  let last: Promise<unknown> = Promise.resolve();
  const write = (step: string, commit: () => void): Promise<void> => {
    const { delayMs } = store;
    const before = last;
    const done = (async () => {
      await Promise.allSettled([before]);
      await pass(store.clock, delayMs);
      if (!isAlive()) return new Promise<void>(() => {});
      store.onStep(step);
      if (!isAlive()) return new Promise<void>(() => {});
      const fault = store.faults.shift();
      if (fault !== undefined) throw fault;
      commit();
      store.steps.push(step);
    })();
    last = done;
    return done;
  };
  const { logouts } = store;
  return {
    logouts,
    put: (row) =>
      write(`put ${row.id}${row.transmittedAtMs === null ? '' : ' sent'}`, () => {
        store.disk.set(row.id, structuredClone(row));
      }),
    remove: (id) => write(`remove ${id}`, () => void store.disk.delete(id)),
    wipe: () => write('wipe', () => store.disk.clear()),
    close: () => write('close', () => {}),
  };
}

async function pass(clock: Clock | null, delayMs: number): Promise<void> {
  if (delayMs === 0 || clock === null) return;
  await new Promise<void>((resolve) => clock.startTimer(resolve, delayMs));
}
