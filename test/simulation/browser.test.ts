/** The simulated store keeps to what the real one does; `test/storage/ownership.test.ts` asks the same of that. */

import { expect, test } from 'vitest';
import type { OutboxRows, StoredMessage } from '../../src/ports/outbox-store.js';
import { storedMessage } from '../contract/outbox-store-harness.js';
import { Browser } from './device/browser.js';
import { diceOf } from './world/dice.js';
import { Freezer, Gate } from './world/gate.js';
import { Timeline } from './world/timeline.js';

const LONG_MS = 60_000;

function openBrowser() {
  const timeline = new Timeline(1, 0);
  const browser = new Browser(timeline, diceOf(1, 'browser'));
  const runOn = async () => {
    const untilMs = timeline.nowMs + LONG_MS;
    while (timeline.fireNext(untilMs)) await new Promise((resolve) => setImmediate(resolve));
  };
  const openTab = async () => {
    const gate = new Gate(new Freezer());
    const told: string[] = [];
    const tell = (name: string) => (about: unknown) => void told.push(`${name} ${JSON.stringify(about)}`);
    const events = {
      adopted: (rows: readonly StoredMessage[]) => tell('adopted')(rows.map(({ id }) => id)),
      setAside: tell('setAside'),
      lost: tell('lost'),
      wiped: () => tell('wiped')(null),
      failed: tell('failed'),
    };
    const opening = browser.storeFor(gate, () => {}).open({ namespace: 'user-1', events });
    await runOn();
    return { gate, told, rows: await opening };
  };
  return { browser, timeline, runOn, openTab };
}

test('F81 MT-5 a tab that stood still is told what it lost, and writes nothing anew that another delivered', async () => {
  const { browser, timeline, runOn, openTab } = openBrowser();
  const frozen = await openTab();
  const put = (rows: OutboxRows, id: string) =>
    void rows.put(storedMessage(id, 1))?.then(() => frozen.told.push(`put ${id}`));
  put(frozen.rows, 'm1');
  await runOn();
  const heir = await openTab();
  frozen.gate.freezer.freeze(timeline.nowMs + 2 * LONG_MS, 0);
  put(frozen.rows, 'm1');
  browser.takeOver(frozen.gate);
  await runOn();
  void heir.rows.remove('m1');
  await runOn();
  await runOn();

  expect(heir.told).toEqual(['adopted ["m1"]']);
  expect(frozen.told).toEqual(['put m1', 'lost ["m1"]', 'put m1']);
  expect([...browser.rows.keys()]).toEqual([]);
});
