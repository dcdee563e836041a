import type { Invariant } from './invariant.js';

/** Round trips and rounding, and a probe's time: one that comes late in the time of a ping gives the peer that much more. */
const SLACK_MS = 2_000 + 3_000;

export const findsDeadPeer = (): Invariant => ({
  id: 'L4',
  sentence: 'A connection on which nothing comes in is given up after an interval and a timeout.',
  muffled(world, device, wire) {
    const { life } = device;
    if (life === null || life.connection.status !== 'open' || device.isDulled) return;
    const { intervalMs = 25_000, timeoutMs = 10_000 } = device.setup.options.heartbeat ?? {};
    const dullings = device.dullings;
    world.timeline.after(intervalMs + timeoutMs + SLACK_MS, () => {
      if (life.isOver || device.dullings !== dullings || !wire.isLive) return;
      world.violate('L4', `device ${device.index} has not found wire ${wire.number} dead`);
    });
  },
});
