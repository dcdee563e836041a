/** What goes wrong between a client and its server, and what is measured of it. The other client's network is sound. */

import { pause } from '../../examples/play/script/waiting.js';
import type { ClientNetwork } from './support/kernel-network.js';
import type { Road } from './support/road.js';
import type { Speaker } from './support/speaker.js';
import type { Pace, Progress } from './support/talker.js';

export interface Scene {
  readonly troubled: Speaker;
  readonly sound: Speaker;
  readonly road: Road;
  readonly network: ClientNetwork;
}

export interface Measures {
  /** From the fault to the moment when the client gave its connection up, or dialled another. */
  readonly noticedAfterMs?: number;
  /** From the sign of life of the device to the arrival of the next message. */
  readonly backAfterMs?: number;
  /** Between the first dial, which nobody answered, and the second. */
  readonly dialsApartMs?: number;
  /** Messages of the troubled client that the sound one got while the fault lasted. */
  readonly heardCount?: number;
  /** Acks that the troubled client got while the fault lasted. */
  readonly ackedCount?: number;
}

export interface Scenario {
  readonly pace?: Partial<Pace>;
  /** Which way the troubled client's tokens come; `side` is always sound. Default: `road`. */
  readonly tokensBy?: 'side';
  play(scene: Scene): Promise<Measures>;
}

const SOME = { messages: 4, apartMs: 60 };
/** So long nothing new happens: what arrives in spite of a fault has arrived. */
const CALM_MS = 500;

async function openAndTalk({ troubled, sound }: Scene): Promise<void> {
  await troubled.connect();
  await troubled.untilOpen();
  await Promise.all([troubled.talk(SOME), sound.talk(SOME)]);
  await troubled.until('the first messages', (progress) => progress.ackedCount === 4 && progress.receivedCount === 4);
}

async function untilNoticed(troubled: Speaker, faultAtMs: number): Promise<number> {
  const moments = ({ lostAtMs, dialledAtMs }: { lostAtMs: readonly number[]; dialledAtMs: readonly number[] }) =>
    [...lostAtMs, ...dialledAtMs].filter((atMs) => atMs > faultAtMs);
  const progress = await troubled.until('the loss to be noticed', (one) => moments(one).length > 0);
  return Math.min(...moments(progress)) - faultAtMs;
}

/** What the client says while the fault lasts: nothing, or something that is lost, or that the other one hears. */
type Talk = 'none' | 'lost' | 'heard';

/** A fault upon an open connection. */
function halfOpen(strike: (road: Road) => void, talk: Talk): Scenario {
  return {
    // All that is heard is to be said before the loss is noticed, on a busy machine too.
    ...(talk === 'heard' && { pace: { heartbeatTimeoutMs: 2_500 } }),
    async play(scene) {
      const { troubled, sound, road } = scene;
      await openAndTalk(scene);
      const before = await sound.progress();

      strike(road);
      const faultAtMs = Date.now();
      if (talk !== 'none') await troubled.talk(SOME);
      const isHeard = (one: Progress) => one.receivedCount === before.receivedCount + SOME.messages;
      if (talk === 'heard') await sound.until('what gets through', isHeard);
      const noticedAfterMs = await untilNoticed(troubled, faultAtMs);
      const [heard, progress] = [await sound.progress(), await troubled.progress()];

      // What is said now waits for the network to be sound again.
      await Promise.all([troubled.talk(SOME), sound.talk(SOME)]);
      return {
        noticedAfterMs,
        heardCount: heard.receivedCount - before.receivedCount,
        ackedCount: progress.ackedCount - SOME.messages,
      };
    },
  };
}

/** Every twelfth full packet is cut off, which is in the middle of a long frame; three times. */
function resetsInMidFrame(direction: 'to-server' | 'to-client'): Scenario {
  return {
    async play(scene) {
      const { troubled, sound, road } = scene;
      await openAndTalk(scene);
      road.reset(direction, 'meta length > 1400 numgen inc mod 12 == 3');
      const sender = direction === 'to-server' ? troubled : sound;
      await sender.talk({ messages: 8, apartMs: 100, isLong: true });
      await troubled.until('three resets', () => road.struck() >= 3);
      return {};
    },
  };
}

function lossy(percent: number, messages: number): Scenario {
  return {
    pace: { heartbeatMs: 5_000, heartbeatTimeoutMs: 5_000, dialMs: 10_000, ackTimeoutMs: 10_000 },
    async play({ troubled, sound, road }) {
      road.loseBothWays(`numgen random mod 100 < ${percent}`);
      await troubled.connect();
      await troubled.untilOpen();
      await Promise.all([troubled.talk({ messages, apartMs: 100 }), sound.talk({ messages, apartMs: 100 })]);
      const isThrough = { troubled: 'every ack and message in spite of the loss', sound: 'every message' };
      await troubled.until(
        isThrough.troubled,
        (one) => one.ackedCount === messages && one.receivedCount === messages,
        45_000,
      );
      await sound.until(isThrough.sound, (one) => one.receivedCount === messages, 45_000);
      return {};
    },
  };
}

/** The defaults: nothing on a slow link is about a client that is quicker to judge. */
const UNHURRIED: Pace = { heartbeatMs: 25_000, heartbeatTimeoutMs: 10_000, dialMs: 10_000, ackTimeoutMs: 10_000 };

export const SCENARIOS = {
  synDropped: {
    // The token's way is sound: it is the socket's own dial that nobody answers.
    tokensBy: 'side',
    async play({ troubled, sound, road }) {
      road.lose('to-server', 'tcp flags & (syn | ack) == syn');
      await troubled.connect();
      const { dialledAtMs } = await troubled.until('a second dial', (progress) => progress.dialledAtMs.length >= 2);
      road.heal();
      await troubled.untilOpen();
      await Promise.all([troubled.talk(SOME), sound.talk(SOME)]);
      const [first = 0, second = 0] = dialledAtMs;
      return { dialsApartMs: second - first };
    },
  },
  resetToServer: resetsInMidFrame('to-server'),
  resetToClient: resetsInMidFrame('to-client'),
  halfOpenIdle: halfOpen((road) => road.loseBothWays(), 'none'),
  halfOpenTalking: halfOpen((road) => road.loseBothWays(), 'lost'),
  nothingToClient: halfOpen((road) => road.lose('to-client'), 'heard'),
  nothingToServer: halfOpen((road) => road.lose('to-server'), 'lost'),
  // Enough packets that a tenth of them are some.
  loss10: lossy(10, 60),
  loss30: lossy(30, 12),
  slowLink: {
    pace: UNHURRIED,
    async play(scene) {
      const { troubled, sound, road } = scene;
      await openAndTalk(scene);
      road.slow('32kbit');
      // Each takes the whole link for two and a half seconds. Acks queue behind what the other one says, and the first is overdue.
      const [up, down] = [5, 5];
      await Promise.all([
        troubled.talk({ messages: up, apartMs: 50, isLong: true }),
        sound.talk({ messages: down, apartMs: 50, isLong: true }),
      ]);
      await troubled.until(
        'every ack and message',
        (one) => one.ackedCount === SOME.messages + up && one.receivedCount === SOME.messages + down,
        45_000,
      );
      return {};
    },
  },
  slowJoin: {
    pace: UNHURRIED,
    async play(scene) {
      const { troubled, sound, road } = scene;
      await openAndTalk(scene);
      await troubled.close();
      // What is said meanwhile takes 13 s to come, and it comes in one piece.
      await sound.talk({ messages: 5, apartMs: 50, isLong: true });
      await sound.until('its acks', (one) => one.ackedCount === SOME.messages + 5);
      road.slow('32kbit');
      await troubled.connect();
      await troubled.untilOpen(75_000);
      await troubled.talk(SOME);
      return {};
    },
  },
  networkChanged: {
    pace: { heartbeatMs: 25_000, heartbeatTimeoutMs: 10_000 },
    async play(scene) {
      const { troubled, sound, network } = scene;
      await openAndTalk(scene);
      network.changeNetwork();
      await pause(CALM_MS);
      const onlineAtMs = Date.now();
      await troubled.signal('online');
      await troubled.talk({ messages: 1, apartMs: 0 });
      const noticedAfterMs = await untilNoticed(troubled, onlineAtMs);
      await sound.until('the message by the new network', (progress) => progress.receivedCount === SOME.messages + 1);
      return { noticedAfterMs, backAfterMs: Date.now() - onlineAtMs };
    },
  },
} satisfies Readonly<Record<string, Scenario>>;
