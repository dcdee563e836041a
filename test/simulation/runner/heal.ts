/** The end of all faults, and what must be true a while later. */

import type { OutboxItem } from '../../../src/client/outbox-view.js';
import type { Device } from '../device/device.js';
import { findDifference } from '../invariants/history.js';
import type { World } from '../world/world.js';

/** By then the last answer of an unwell token endpoint is here, which may have stopped a client for good. */
const LAST_ANSWERS_MS = 10_000;

export function heal(world: World): void {
  world.trace.note('HEAL');
  world.host.heal();
  for (const device of world.devices) {
    device.heal();
    const life = device.life ?? device.start();
    device.page.tell('online');
    device.page.tell('page-shown');
    device.page.tell('visible');
    for (const conversationId of device.setup.conversationIds) device.join(life, conversationId);
    life.isWanted = true;
    life.client.connect();
    if (world.family !== null) device.later(LAST_ANSWERS_MS, () => startAgain(device));
  }
}

/**
 * A client asks nobody again what a store has that it could not open: another tab may have sent it, and no family has a
 * server that knows a repeat. Its user was told of the store, and loads the page again, which must bring all of it.
 */
function startAgain(device: Device): void {
  const { life, browser } = device;
  if (life === null) return;
  const isStoreClosed = browser !== null && browser.tabOf(life.process.gate) === null;
  if (isStoreClosed && life.client.outbox.list().length > 0) device.dispose();
  else life.client.connect();
}

/** L1, L2 in words: what is not yet as it must be; null if all is. */
export function findUnsettled(world: World): string | null {
  for (const { life, index } of world.devices) {
    if (life === null) return `device ${index} has no client`;
    const { status } = life.client.snapshot.connection;
    if (status !== 'open') return `device ${index} is ${status}`;
    const waiting = life.client.outbox.list().filter((message) => !isLeftToUser(world, message));
    if (waiting.length > 0) return `device ${index} still holds ${waiting.length} messages, first ${waiting[0]?.id}`;
    for (const conversationId of life.joined) {
      const difference =
        world.family === null
          ? findDifference(world, life, conversationId)
          : world.family.findDifference(life, conversationId);
      if (difference !== null) return `device ${index}: ${difference}`;
    }
  }
  return null;
}

/**
 * Another tab took it over, and then the disk lost it. Only a server that knows a repeat may be asked once more, and no
 * family has such a server for sure. The base family's client asks nobody again whose answer it has not heard.
 */
function isLeftToUser(world: World, { id, status }: OutboxItem): boolean {
  const { family } = world.setup;
  if (family?.name === 'base' && status === 'unconfirmed') return true;
  // Or its user, in that other tab, thought better of it.
  const isOver = world.attemptOf(id)?.end?.kind === 'failed';
  return family !== undefined && (isOver || world.browsers.some(({ setAside }) => setAside.has(id)));
}
