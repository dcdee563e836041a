import type { World } from '../world/world.js';
import type { Invariant } from './invariant.js';

/** What may be told of a message that the server has all the same. */
const MAY_BE_STORED = new Set([
  'delivery/cleared',
  'delivery/expired',
  'delivery/closed',
  'delivery/too-big',
  'delivery/poison',
]);

/**
 * An end is told at once, and the row is gone some milliseconds later. A tab that is frozen or killed in between can
 * take back nothing: whoever has the row then sends it, before the first tab could say a word. Nor can one that thaws
 * and has not heard yet that its rows were taken.
 */
function outlivesItsEnd(world: World, id: string): boolean {
  return world.browsers.some(({ outlived }) => outlived.has(id));
}

export const failuresAreTrue = (): Invariant => ({
  id: 'DS-3',
  sentence: 'A message that was told to have failed is in no log.',
  told(_world, { device, process }, told) {
    if (told.name !== 'message-failed' || device.browser === null) return;
    const { clientMessageId } = told.payload;
    if (device.browser.tabOf(process.gate)?.hasLost(clientMessageId)) device.browser.outlived.add(clientMessageId);
  },
  settled(world) {
    for (const { outgoing, end } of world.attempts) {
      if (end?.kind !== 'failed' || MAY_BE_STORED.has(end.code) || outlivesItsEnd(world, outgoing.id)) continue;
      if (world.server.truth.placesOf(outgoing.id).length > 0) {
        world.violate('DS-3', `${outgoing.id} is told to have failed (${end.code}), and the server has it`);
      }
    }
  },
});

export const promisesAreTrue = (): Invariant => ({
  id: 'I6',
  sentence: 'The promise of a message says what its event says.',
  settled(world) {
    for (const { outgoing, end, promised, wasRetried } of world.attempts) {
      if (wasRetried || promised === null || promised === 'delivery/closed') continue;
      if (outlivesItsEnd(world, outgoing.id)) continue;
      const isSame = promised === 'acked' ? end?.kind === 'acked' : end?.kind === 'failed' && end.code === promised;
      if (!isSame)
        world.violate(
          'I6',
          `${outgoing.id}: the promise says ${promised}, the event ${JSON.stringify(end)?.slice(0, 60)}`,
        );
    }
  },
});

export const legalDelivery = (): Invariant => {
  const latest = new WeakMap<object, Map<string, string>>();
  return {
    id: 'I6',
    sentence: 'The delivery of an own message only goes the ways that there are, and never back from its end.',
    shown(world, life, { messages }) {
      const ofLife = latest.get(life) ?? new Map<string, string>();
      latest.set(life, ofLife);
      for (const { delivery, clientMessageId } of messages) {
        if (delivery === null || clientMessageId === null) continue;
        const before = ofLife.get(clientMessageId);
        if (before === delivery) continue;
        ofLife.set(clientMessageId, delivery);
        const wasRetried = life.attempts.get(clientMessageId)?.wasRetried === true;
        if (before !== undefined && ENDS.has(before) && !AFTER_SENT.has(delivery) && !wasRetried) {
          world.violate('I6', `${clientMessageId} goes from ${before} to ${delivery}`);
        }
      }
    },
  };
};

const ENDS = new Set(['sent', 'delivered', 'read', 'failed', 'cancelled']);
const AFTER_SENT = new Set(['sent', 'delivered', 'read']);
