import { type Life, nameOf } from '../device/life.js';
import type { World } from '../world/world.js';
import type { Invariant } from './invariant.js';

/** Messages take their time between tabs. A tab that stands still hears them once it runs again, in any order. */
const HEARD_WITHIN_MS = 1_000;

interface Logout {
  readonly userId: string;
  readonly tabs: unknown;
  readonly calledAtMs: number;
  readonly atMs: number;
  /** Nothing could tell these: closed, and without a store to ask when they come back. */
  readonly deaf: ReadonlySet<Life>;
}

/** A logout in one tab is one in every tab of the user's browser. */
export const endsEveryTab = (): Invariant => {
  const logouts: Logout[] = [];
  const storeless = new WeakSet<Life>();
  return {
    id: 'MT-8',
    sentence: 'After a logout no tab of the user sends what was written before it.',
    told(_world, life, told) {
      if (told.name === 'error' && told.payload.error.code === 'storage/unavailable') storeless.add(life);
    },
    loggedOut(world, life, calledAtMs) {
      const { userId } = life.device.setup;
      const tabs = life.device.channels;
      const deaf = new Set(livesOf(world).filter((other) => isDeaf(other, storeless)));
      if (!storeless.has(life)) logouts.push({ userId, tabs, calledAtMs, atMs: world.timeline.nowMs, deaf });
    },
    sent(world, device, frame) {
      const { life } = device;
      if (logouts.length === 0 || frame.type !== 'send_message') return;
      const { messageId: id } = frame;
      if (life === null || storeless.has(life)) return;
      const attempt = world.attemptOf(id);
      for (const { userId, tabs, calledAtMs, atMs, deaf } of logouts) {
        if (attempt === null || userId !== device.setup.userId || tabs !== device.channels || deaf.has(life)) continue;
        const heardByMs = Math.max(atMs, device.awakeFromMs) + HEARD_WITHIN_MS;
        if (attempt.atMs < calledAtMs && world.timeline.nowMs > heardByMs)
          world.violate('MT-8', `${nameOf(life)} sends ${id}, which is of before a logout in its browser`);
      }
    },
  };
};

function livesOf(world: World): readonly Life[] {
  return world.devices.flatMap(({ life }) => life ?? []);
}

function isDeaf(life: Life, storeless: WeakSet<Life>): boolean {
  const { device, client } = life;
  const { status } = client.snapshot.connection;
  return (device.browser === null || storeless.has(life)) && status !== 'open' && status !== 'connecting';
}
