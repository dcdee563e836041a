/** What every outbox store does, wherever it keeps its rows. */
import { describe, expect, test } from 'vitest';
import { type OutboxStoreHarness, recordEvents, storedMessage } from './outbox-store-harness.js';

const NAMESPACE = 'ada@wss://chat.example';
const FIRST = storedMessage('m1', 1);
const SECOND = storedMessage('m2', 2);

interface Named {
  readonly title: string;
  readonly name: string;
  readonly isDurable: boolean;
  /** Several clients at once, of several users. A fake may serve one at a time. */
  readonly isShared: boolean;
}

export function describeOutboxStoreContract(
  { title, name, isDurable, isShared }: Named,
  start: () => OutboxStoreHarness,
): void {
  describe(`Outbox store contract: ${title}`, () => {
    test('tells its name and whether it outlives the page', () => {
      const store = start().makeStore();

      expect({ name: store.name, isDurable: store.isDurable }).toEqual({ name, isDurable });
    });

    describeAnyStore(start);
    if (isDurable) describeDurableStore(start);
    if (isShared) describeSharedStore(start);
  });
}

function describeAnyStore(start: () => OutboxStoreHarness): void {
  test('DS-4 settles every operation and tells nothing that nobody asked for', async () => {
    const told = recordEvents();
    const rows = await start().makeStore().open({ namespace: NAMESPACE, events: told.events });

    await Promise.all([rows.put(FIRST), rows.put(FIRST), rows.remove(FIRST.id), rows.remove('unknown')]);
    await rows.wipe();
    await rows.close();

    expect(told.names).toEqual([]);
  });

  test('closes right after it was opened, with operations under way', async () => {
    const told = recordEvents();
    const rows = await start().makeStore().open({ namespace: NAMESPACE, events: told.events });

    const putting = rows.put(FIRST);
    await rows.close();

    expect(await putting).toBeUndefined();
    expect(told.names).toEqual([]);
  });
}

function describeDurableStore(start: () => OutboxStoreHarness): void {
  test('UP-21 gives the next client the rows as they were, in the order of their sending', async () => {
    const harness = start();
    const before = await harness.makeStore().open({ namespace: NAMESPACE, events: recordEvents().events });
    await before.put(FIRST);
    await before.put(SECOND);
    await before.close();
    const told = recordEvents();

    const after = await harness.makeStore().open({ namespace: NAMESPACE, events: told.events });
    await told.untilAdopted(2);
    await after.close();

    expect(told.adopted).toEqual([FIRST, SECOND]);
  });

  test('forgets what was removed, and keeps the latest of what was put twice', async () => {
    const harness = start();
    const transmitted = { ...SECOND, transmittedAtMs: 1_767_225_601_000 };
    const before = await harness.makeStore().open({ namespace: NAMESPACE, events: recordEvents().events });
    await Promise.all([before.put(FIRST), before.put(SECOND), before.remove(FIRST.id), before.put(transmitted)]);
    await before.close();
    const told = recordEvents();

    const after = await harness.makeStore().open({ namespace: NAMESPACE, events: told.events });
    await told.untilAdopted(1);
    await after.close();

    expect(told.adopted).toEqual([transmitted]);
  });

  test('I22 F76 a wipe leaves nothing, of what was put before it and of what is put meanwhile', async () => {
    const harness = start();
    const before = await harness.makeStore().open({ namespace: NAMESPACE, events: recordEvents().events });
    await before.put(FIRST);

    const putting = Promise.resolve(before.put(SECOND)).catch(() => undefined);
    await before.wipe();
    await putting;
    await before.close();

    const told = recordEvents();
    const after = await harness.makeStore().open({ namespace: NAMESPACE, events: told.events });
    await after.put(storedMessage('m3', 3));
    await after.close();
    expect(told.adopted).toEqual([]);
  });
}

function describeSharedStore(start: () => OutboxStoreHarness): void {
  test('gives rows by their order, whenever they were written', async () => {
    const harness = start();
    const before = await harness.makeStore().open({ namespace: NAMESPACE, events: recordEvents().events });
    await before.put(SECOND);
    await before.put(FIRST);
    await before.close();
    const told = recordEvents();

    const after = await harness.makeStore().open({ namespace: NAMESPACE, events: told.events });
    await told.untilAdopted(2);
    await after.close();

    expect(told.adopted).toEqual([FIRST, SECOND]);
  });

  test('MT-2 gives no client the rows of one that lives', async () => {
    const harness = start();
    const first = await harness.makeStore().open({ namespace: NAMESPACE, events: recordEvents().events });
    await first.put(FIRST);
    const told = recordEvents();

    const second = await harness.makeStore().open({ namespace: NAMESPACE, events: told.events });
    const adoptedMeanwhile = [...told.adopted];
    await first.close();
    await told.untilAdopted(1);
    await second.close();

    expect(adoptedMeanwhile).toEqual([]);
    expect(told.adopted).toEqual([FIRST]);
  });

  test('F77 C12 gives nobody the rows of another namespace', async () => {
    const harness = start();
    const ada = await harness.makeStore().open({ namespace: NAMESPACE, events: recordEvents().events });
    await ada.put(FIRST);
    await ada.close();
    const told = recordEvents();

    const grace = await harness.makeStore().open({ namespace: 'grace@wss://chat.example', events: told.events });
    await grace.put(SECOND);
    await grace.wipe();
    await grace.close();

    expect(told.adopted).toEqual([]);
    const again = recordEvents();
    const after = await harness.makeStore().open({ namespace: NAMESPACE, events: again.events });
    await again.untilAdopted(1);
    await after.close();
    expect(again.adopted).toEqual([FIRST]);
  });
}
