/** Devices as the families draw them: who shares what differs, links and clients do not. */

import type { DeviceSetup } from '../device/device.js';
import type { Dice } from '../world/dice.js';

/** More than any life has. A plan is kept as JSON, which knows no `Infinity`. */
const ENDLESS = 1_000_000;

/** Tabs of one user in one conversation, who share what they store, or nothing. They never give up. */
export function drawTabs(dice: Dice, conversationId: string): readonly DeviceSetup[] {
  const browser = dice.chance(0.5) ? 0 : null;
  const hasLocks = dice.chance(0.5);
  return Array.from({ length: dice.pick([1, 1, 2]) }, () => ({
    userId: 'user-1',
    tabsOf: 0,
    browser,
    hasLocks,
    conversationIds: [conversationId],
    ...drawClient(dice, { heartbeatMs: 30_000, attemptsMax: ENDLESS }),
  }));
}

/** `attemptsMax`: in the place of what the protocol brings along. */
export function drawClient(
  dice: Dice,
  { heartbeatMs, ...attempts }: { readonly heartbeatMs: number; readonly attemptsMax?: number },
): Pick<DeviceSetup, 'link' | 'options'> {
  return {
    link: { latencyMs: dice.pick([1, 20, 60, 150]), jitterMs: dice.pick([0, 5, 80]) },
    options: {
      reconnect: { stableAfterMs: 10_000, dialsPerMinuteMax: 12, ...attempts },
      heartbeat: { intervalMs: heartbeatMs, timeoutMs: dice.pick([1_000, 5_000, 10_000]) },
      inbox: { historyMax: 500 },
    },
  };
}
