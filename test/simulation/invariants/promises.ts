import type { Life } from '../device/life.js';
import type { World } from '../world/world.js';
import type { Invariant, View } from './invariant.js';

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
    // An ack counts too: it is told, and the tab that has the row now may end the message in its own way.
    if ((told.name !== 'message-failed' && told.name !== 'message-acked') || device.browser === null) return;
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

/** An own message as it was last shown. */
interface Shown {
  readonly delivery: string;
  readonly seq: number | null;
  /** False once it has left the view. */
  isThere: boolean;
}

export const legalDelivery = (): Invariant => {
  const latest = new WeakMap<Life, Map<string, Shown>>();
  return {
    id: 'I6',
    sentence: 'The delivery of an own message only goes the ways that there are, and never back from its end.',
    shown(world, life, { messages, come, gone }) {
      const ofLife = latest.get(life) ?? new Map<string, Shown>();
      latest.set(life, ofLife);
      for (const { delivery, clientMessageId, seq } of come) {
        if (delivery === null || clientMessageId === null) continue;
        const before = ofLife.get(clientMessageId);
        ofLife.set(clientMessageId, { delivery, seq, isThere: true });
        if (before === undefined || before.delivery === delivery) continue;
        // In this tab, or in the one that has let go of it since.
        const wasRetried = world.attemptOf(clientMessageId)?.wasRetried === true;
        if (!ENDS.has(before.delivery) || AFTER_SENT.has(delivery) || wasRetried) continue;
        if (isForgotten(life, before, messages)) continue;
        world.violate('I6', `${clientMessageId} goes from ${before.delivery} to ${delivery}`);
      }
      for (const { clientMessageId: name } of gone) {
        const left = name === null ? undefined : ofLife.get(name);
        if (left !== undefined && !come.some(({ clientMessageId }) => clientMessageId === name)) left.isThere = false;
      }
    },
  };
};

/**
 * What left the view, and behind which `inbox.seenMax` others came, is not known any more. Its row may still come back
 * from another tab that never got to it; it is sent again then, and the server knows the repeat.
 */
function isForgotten(life: Life, before: Shown, messages: View['messages']): boolean {
  if (before.isThere || before.seq === null) return false;
  const newestSeq = messages.reduce((newest, { seq }) => Math.max(newest, seq ?? 0), 0);
  return newestSeq - before.seq >= (life.device.setup.options.inbox?.seenMax ?? SEEN_MAX);
}

const SEEN_MAX = 2_000;
const ENDS = new Set(['sent', 'delivered', 'read', 'failed', 'cancelled']);
const AFTER_SENT = new Set(['sent', 'delivered', 'read']);
