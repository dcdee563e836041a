/** How long a client waits for what: never without end, and ever longer where it tries in vain. */

import type { Life } from '../device/life.js';
import type { Invariant } from './invariant.js';

/** 15 to 60 s after 1013; everything else that is hinted or drawn in a run is shorter, and so is the limit of a minute. */
const PAUSE_MAX_MS = 60_000;
const STABLE_AFTER_MS = 10_000;
/** A token and a handshake have ten seconds each. */
const TRY_MAX_MS = 20_000;
/** Joins have up to four times as long, where they took too long before. */
const JOIN_MAX_MS = 40_000;
const SLACK_MS = 1_000;

export const pausesAreShort = (): Invariant => ({
  id: 'I23',
  sentence: 'No dial waits for longer than a minute.',
  told(world, life, told) {
    if (told.name !== 'status-changed') return;
    const { connection } = told.payload;
    if (connection.status !== 'connecting' || connection.retryAtMs === null) return;
    const pauseMs = connection.retryAtMs - world.timeline.nowMs;
    if (pauseMs > PAUSE_MAX_MS + SLACK_MS)
      world.violate('I23', `device ${life.device.index} waits ${pauseMs} ms for its next dial`);
  },
});

export const triesEnd = (): Invariant => ({
  id: 'CN-2',
  sentence: 'A token, a handshake and the joins are waited for no longer than their time.',
  told(world, life, told) {
    const { connection } = life;
    if (told.name !== 'status-changed' || connection.status !== 'connecting' || connection.phase === 'waiting') return;
    const { device, askedAtMs } = life;
    const { dullings } = device;
    if (device.isDulled) return;
    const tryMaxMs = connection.phase === 'joining' ? JOIN_MAX_MS : TRY_MAX_MS;
    world.timeline.after(tryMaxMs + SLACK_MS, () => {
      const { connection: now } = life;
      const isOver = life.isOver || now.status !== 'connecting' || now.phase === 'waiting';
      const isJoiningSince = !isOver && now.phase === 'joining' && connection.phase !== 'joining';
      if (isOver || isJoiningSince || life.askedAtMs !== askedAtMs || device.dullings !== dullings) return;
      world.violate('CN-2', `device ${device.index} is ${connection.phase} for more than ${tryMaxMs} ms`);
    });
  },
});

interface Tries {
  count: number;
  openedAtMs: number | null;
  /** Fewer than before, unless its page turns out to have woken it. */
  breach: string | null;
}

export const countsTries = (): Invariant => {
  const tries = new WeakMap<Life, Tries>();
  /** By a signal that a dial under way remembers for the time after it. */
  const woken = new WeakSet<Life>();
  /** Lives with a breach that may turn out to be none before this step is over. */
  const suspects = new Set<Life>();
  return {
    id: 'CN-4',
    sentence: 'Only a connection that lasts lets a client begin its pauses anew.',
    told(world, life, told) {
      if (told.name !== 'status-changed') return;
      const { connection } = told.payload;
      const known = tries.get(life) ?? { count: 0, openedAtMs: null, breach: null };
      tries.set(life, known);
      if (connection.status === 'open') known.openedAtMs ??= connection.sinceMs;
      else if (connection.status !== 'connecting') known.count = 0;
      if (connection.status !== 'connecting') return;
      const stableAfterMs = life.device.setup.options.reconnect?.stableAfterMs ?? STABLE_AFTER_MS;
      const { nowMs } = world.timeline;
      if (known.openedAtMs !== null && nowMs - known.openedAtMs >= stableAfterMs) known.count = 0;
      known.openedAtMs = null;
      if (connection.phase === 'waiting' && woken.delete(life)) known.count = 0;
      if (connection.attempt < known.count) {
        known.breach = `device ${life.device.index} counts ${connection.attempt} tries after ${known.count}`;
        suspects.add(life);
      }
      known.count = connection.attempt;
    },
    /** A wake is a fresh start, and so is a user's own word. */
    signalled: (_world, { life }) => {
      if (life === null) return;
      tries.delete(life);
      woken.add(life);
    },
    stepped(world) {
      if (suspects.size === 0) return;
      for (const life of suspects) {
        const breach = life.isOver ? null : tries.get(life)?.breach;
        if (breach != null) world.violate('CN-4', breach);
      }
      suspects.clear();
    },
    asked: (_world, life, reason) => {
      if (reason === 'first' || reason === 'manual') tries.delete(life);
    },
  };
};

export const staysClosed = (): Invariant => {
  const closed = new WeakSet<Life>();
  return {
    id: 'I8',
    sentence: 'A client that its user closed dials again only when asked to.',
    told(_world, life, told) {
      if (told.name !== 'status-changed') return;
      const { connection } = told.payload;
      const isClosed = connection.status === 'closed' && connection.reason === 'client';
      if (isClosed || connection.status === 'closing') closed.add(life);
      else closed.delete(life);
    },
    asked(world, life) {
      if (closed.has(life) && !life.isWanted)
        world.violate('I8', `device ${life.device.index} dials although it is closed`);
    },
  };
};
