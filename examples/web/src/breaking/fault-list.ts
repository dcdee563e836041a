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
    effect: '“Reconnecting…” at once, back in a second or so.',
    run: ({ reach }) => breakLink('cut', reach),
  },
  {
    name: 'Go silent',
    icon: 'offline',
    effect: 'No answer and no error: pings tell, within 8 s.',
    run: ({ reach }) => breakLink('silence', reach),
  },
  {
    name: 'Slow it down',
    icon: 'turtle',
    effect: 'Each tick takes two seconds, until you heal it.',
    run: ({ reach }) => breakLink('delay', reach),
  },
  {
    name: 'Expire the token',
    icon: 'hourglass',
    effect: 'Sent away, a new token fetched, back by itself.',
    run: ({ userId }) => expireToken(userId),
  },
  {
    name: 'Refuse the token',
    icon: 'keyless',
    effect: 'Cut, and turned away once before it is let in.',
    run: async ({ userId }) => {
      await refuseToken(userId, 1);
      await breakLink('cut', { userId });
    },
  },
  {
    name: 'Restart the server',
    icon: 'power',
    effect: 'Everybody leaves, waits and returns in good order.',
    run: () => restartServer(),
  },
  {
    name: 'Flood this room',
    icon: 'waves',
    effect: `${FLOOD_MESSAGES.toLocaleString('en')} messages pour in, each shown once.`,
    run: ({ userId, roomId }) => floodConversation(userId, roomId, FLOOD_MESSAGES),
  },
];
