/** What must hold where a server knows no repeats, and answers in order. */

import type { Life } from '../../device/life.js';
import type { Invariant } from '../../invariants/invariant.js';
import { isTwiceInOneLog } from '../../runner/report.js';

export const storesOnce = (): Invariant => ({
  id: 'G2',
  sentence: 'No message is twice in the log, unless the disk had an old version of it that said less.',
  settled(world) {
    const doubled = world.attempts.find(
      ({ outgoing: { id } }) => isTwiceInOneLog(world, id) && !world.browsers.some(({ outdated }) => outdated.has(id)),
    );
    if (doubled !== undefined) world.violate('G2', `${doubled.outgoing.id} is twice in the log`);
  },
});

const NAME = /^\{"type":"send_message","messageId":"([^"]*)"/;

/**
 * Those behind a message that nobody knows of go on, so the log may have that one later; but none leaves before its turn.
 * What another tab took from a closed client may come back when newer ones have left: they did not wait for that tab. Nor
 * do they wait for a store that cannot be opened again: what it has may be another tab's by then.
 */
export const sendsInOrder = (): Invariant => {
  const sent = new WeakMap<Life, Set<string>>();
  const shutAway = new Set<string>();
  return {
    id: 'DS-5',
    sentence: 'Messages leave in the order of their sending, each for the first time.',
    told(_world, { device, process }, told) {
      if (told.name !== 'error' || told.payload.error.code !== 'storage/unavailable') return;
      for (const { row, owner } of device.browser?.rows.values() ?? [])
        if (owner?.gate !== process.gate) shutAway.add(row.id);
    },
    sent(world, { index, life }, { text }) {
      const name = NAME.exec(text)?.[1];
      if (life === null || name === undefined || !life.attempts.has(name)) return;
      const before = sent.get(life) ?? new Set<string>();
      sent.set(life, before);
      if (!before.has(name) && !life.lostRows.has(name) && !shutAway.has(name)) {
        const later = [...before].find((other) => countOf(other) > countOf(name));
        if (later !== undefined) world.violate('DS-5', `device ${index} sends ${name} after ${later}`);
      }
      before.add(name);
    },
  };
};

function countOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}
