/** What can be broken, and what will be seen: one entry a button. */

import { breakLink, expireToken, type FaultReach, floodConversation, refuseToken, restartServer } from '../faults.js';
import type { IconName } from '../look/icon.js';

export interface FaultScene {
  readonly userId: string;
  readonly roomId: string;
  readonly reach: FaultReach;
}

export interface Fault {
  readonly name: string;
  readonly icon: IconName;
  /** What will be seen, in one line. */
  readonly effect: string;
  readonly run: (scene: FaultScene) => Promise<void>;
}

const FLOOD_MESSAGES = 1_000;

export const FAULTS: readonly Fault[] = [
  {
    name: 'Cut the socket',
    icon: 'scissors',
    effect: '“Reconnecting…” at once, back in a moment.',
    run: ({ reach }) => breakLink('cut', reach),
  },
  {
    name: 'Go silent',
    icon: 'offline',
    effect: 'No answer, no error: noticed within 8 s.',
    run: ({ reach }) => breakLink('silence', reach),
  },
  {
    name: 'Slow it down',
    icon: 'turtle',
    effect: 'Ticks take two seconds, until you heal it.',
    run: ({ reach }) => breakLink('delay', reach),
  },
  {
    name: 'Expire the token',
    icon: 'hourglass',
    effect: 'Sent away, back by itself with a new one.',
    run: ({ userId }) => expireToken(userId),
  },
  {
    name: 'Refuse the token',
    icon: 'keyless',
    effect: 'Cut, and turned away once on its return.',
    run: async ({ userId }) => {
      await refuseToken(userId, 1);
      await breakLink('cut', { userId });
    },
  },
  {
    name: 'Restart the server',
    icon: 'power',
    effect: 'Everybody leaves, and finds back in order.',
    run: () => restartServer(),
  },
  {
    name: 'Flood this room',
    icon: 'waves',
    effect: `${FLOOD_MESSAGES.toLocaleString('en')} messages pour in, each shown once.`,
    run: ({ userId, roomId }) => floodConversation(userId, roomId, FLOOD_MESSAGES),
  },
];
