import type { Sabotage } from '../support/sabotage.js';

/** The log is the same, and every client is told that it is another one. */
export const newEpochAtRestart: Sabotage = {
  breaks: 'RX-4',
  idea: 'takes a new epoch at every start although the log is whole',
  load: (stored, startCount) => ({
    ...stored,
    conversations: stored.conversations.map((conversation) => ({
      ...conversation,
      record: { ...conversation.record, epoch: `${conversation.record.epoch}-${startCount}` },
    })),
  }),
};
