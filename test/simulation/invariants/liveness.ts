import type { PageSignal } from '../../../src/ports/page-signals.js';
import type { Invariant } from './invariant.js';

/** Round trips and rounding, and a probe's time: one that comes late in the time of a ping gives the peer that much more. */
const SLACK_MS = 2_000 + 3_000;

/** `online` comes before the network works, so a dial waits up to two seconds; a wake a fifth of one. */
const DIAL_MS: Readonly<Partial<Record<PageSignal, number>>> = { online: 2_100, visible: 1_000, 'page-shown': 1_000 };
const MINUTE_MS = 60_000;

export const dialsOnWake = (): Invariant => {
  const asks = new WeakMap<object, number[]>();
  return {
    id: 'L3',
    sentence: 'A client that waits dials soon after its device wakes or comes online, if the limit of a minute allows.',
    asked(world, life) {
      const { nowMs } = world.timeline;
      asks.set(life, [...(asks.get(life) ?? []).filter((atMs) => atMs > nowMs - MINUTE_MS), nowMs]);
    },
    // A dial is counted anew when its token is there.
    dialled(world, { life }) {
      if (life !== null) asks.set(life, [...(asks.get(life) ?? []).slice(0, -1), world.timeline.nowMs]);
    },
    signalled(world, device, signal) {
      const { life, dullings } = device;
      const withinMs = DIAL_MS[signal];
      if (life === null || withinMs === undefined || device.isDulled) return;
      const { connection } = life;
      if (connection.status !== 'connecting' || connection.phase !== 'waiting') return;
      const saidAtMs = world.timeline.nowMs;
      world.timeline.after(withinMs, () => {
        const max = device.setup.options.reconnect?.dialsPerMinuteMax ?? 12;
        const isLimited = (asks.get(life) ?? []).filter((atMs) => atMs > saidAtMs - MINUTE_MS).length >= max;
        const isMoot =
          life.isOver || device.dullings !== dullings || isLimited || life.connection.status !== 'connecting';
        if (isMoot || life.askedAtMs >= saidAtMs) return;
        world.violate('L3', `device ${device.index} still waits ${withinMs} ms after ${signal}`);
      });
    },
  };
};

export const findsDeadPeer = (): Invariant => ({
  id: 'L4',
  sentence: 'A connection on which nothing comes in is given up after an interval and a timeout.',
  muffled(world, device, wire) {
    const { life } = device;
    if (life === null || life.connection.status !== 'open' || device.isDulled) return;
    const { intervalMs = 25_000, timeoutMs = 10_000 } = device.setup.options.heartbeat ?? {};
    const { dullings } = device;
    const { timeline } = world;
    const lookAfter = (sinceMs: number) => {
      const dueAtMs = sinceMs + intervalMs + timeoutMs + SLACK_MS;
      timeline.after(dueAtMs - timeline.nowMs, () => {
        if (life.isOver || device.dullings !== dullings || !wire.isLive) return;
        // Where a client speaks HTTP beside its socket, both are one connection, and what either brings is a sign of life.
        if (device.answeredAtMs > sinceMs) return lookAfter(device.answeredAtMs);
        world.violate('L4', `device ${device.index} has not found wire ${wire.number} dead`);
      });
    };
    lookAfter(timeline.nowMs);
  },
});
