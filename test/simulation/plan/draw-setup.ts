/** Draws who takes part in a run, and how everything is configured: with small bounds, so that each is met. */

import type { DeviceSetup } from '../device/device.js';
import type { ServerSetup } from '../server/server-setup.js';
import type { Dice } from '../world/dice.js';
import type { WorldSetup } from '../world/world.js';

const DEVICES_MAX = 4;
const DAY_MS = 86_400_000;

/** What came later is drawn with dice of its own, so that seeds keep the rest of their setups. */
export function drawSetup(dice: Dice, later: { readonly batch: Dice; readonly renewals: Dice }): WorldSetup {
  const rooms = Array.from({ length: dice.pick([1, 1, 2, 3]) }, (_, index) => `room-${index + 1}`);
  const devices = drawDevices(dice, rooms).map((device) => ({ ...device, renewsInBand: later.renewals.chance(0.5) }));
  const server = drawServer(dice, rooms);
  return { devices, server: { ...server, limits: { ...server.limits, batchMax: later.batch.pick([1, 64]) } } };
}

function drawDevices(dice: Dice, rooms: readonly string[]): readonly DeviceSetup[] {
  const userCount = dice.pick([2, 2, 3]);
  const deviceCount = Math.min(DEVICES_MAX, userCount + dice.pick([0, 0, 1, 2]));
  const hasStore = dice.chance(0.6);
  const sharesBrowser = dice.chance(0.6);
  const hasLocks = dice.chance(0.5);
  const conversationIds = (isFirst: boolean) => rooms.filter(() => isFirst || dice.chance(0.8));
  return Array.from({ length: deviceCount }, (_, index) => {
    const chosen = conversationIds(index === 0);
    return {
      userId: `user-${(index % userCount) + 1}`,
      tabsOf: sharesBrowser ? index % userCount : index,
      browser: hasStore ? (sharesBrowser ? index % userCount : index) : null,
      hasLocks,
      conversationIds: chosen.length === 0 ? rooms.slice(0, 1) : chosen,
      link: { latencyMs: dice.pick([1, 20, 60, 150]), jitterMs: dice.pick([0, 5, 80]) },
      options: drawOptions(dice),
    };
  });
}

function drawOptions(dice: Dice): DeviceSetup['options'] {
  return {
    reconnect: {
      stableAfterMs: dice.pick([1_000, 10_000, 10_000]),
      dialsPerMinuteMax: dice.pick([6, 12, 12]),
    },
    heartbeat: {
      intervalMs: dice.pick([5_000, 15_000, 25_000, 25_000, 25_000]),
      timeoutMs: dice.pick([1_000, 5_000, 10_000]),
      whenIdleOnly: dice.chance(0.3),
    },
    timeouts: { closeMs: dice.pick([200, 3_000, 3_000]) },
    outbox: {
      messagesMax: dice.pick([2, 8, 200, 200]),
      inFlightMax: dice.pick([1, 2, 4, 8, 32]),
      ackTimeoutMs: dice.pick([1_000, 3_000, 10_000, 10_000]),
      ratePerSecond: dice.pick([5, 15, 15]),
      ageMaxMs: dice.pick([20_000, DAY_MS, DAY_MS, DAY_MS]),
      overflow: dice.pick(['reject-new', 'drop-oldest', 'drop-newest'] as const),
      resend: dice.pick(['when-safe', 'when-safe', 'always'] as const),
    },
    inbox: {
      historyMax: dice.pick([3, 10, 100, 100]),
      seenMax: dice.pick([4, 50, 2_000]),
      reorderMax: dice.pick([1, 3, 256]),
      gapWaitMs: dice.pick([0, 300, 300]),
      gapFetchTimeoutMs: dice.pick([1_000, 5_000]),
      notifyIntervalMs: dice.pick([0, 50, 50]),
    },
  };
}

function drawServer(dice: Dice, rooms: readonly string[]): ServerSetup {
  return {
    rooms: rooms.map((id) => ({ id, assistant: dice.pick(['never', 'on-mention', 'on-mention'] as const) })),
    limits: {
      retainedMax: dice.pick([4, 20, 2_000, 2_000]),
      retentionMax: dice.pick([30, 1_000_000, 1_000_000, 1_000_000]),
      joinMax: dice.pick([5, 30, 1_000]),
      messagesPerSecond: dice.pick([4, 10, 20, 20]),
      violationsMax: dice.pick([20, 200, 200]),
      streamPersistMs: dice.pick([0, 1_000]),
    },
    heartbeatIntervalMs: dice.pick([10_000, 25_000, 25_000]),
    storeMs: dice.pick([0, 5, 60]),
    sessionMs: dice.pick([90_000, DAY_MS, DAY_MS, DAY_MS]),
    clockOffsetMs: dice.pick([0, 0, 0, DAY_MS, -DAY_MS]),
  };
}
