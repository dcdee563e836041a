/** Lets the crowd talk in rounds, so that those can be told apart in which the machine had something else to do. */
import type { Crowd } from './crowd.js';
import type { TalkFigures, TalkOrder } from './orders.js';
import { othersShareOf, type Round, roundsUntilQuiet, sampleProcessors } from './quiet.js';

export interface TalkRound extends Round {
  readonly figures: TalkFigures;
  /** Of one processor. */
  readonly serverShare: number;
  /** Of one processor, of all clients together. */
  readonly clientsShare: number;
  /** How late the server's loop came to a timer, but for one in a hundred. */
  readonly serverLagP99Ms: number;
}

export function talkInRounds(
  crowd: Crowd,
  quietRounds: number,
  order: Omit<TalkOrder, 'type' | 'round'>,
): Promise<readonly TalkRound[]> {
  return roundsUntilQuiet(quietRounds, (round) => talkOnce(crowd, { ...order, round }));
}

async function talkOnce(crowd: Crowd, order: Omit<TalkOrder, 'type'>): Promise<TalkRound> {
  const before = await crowd.usage();
  const sampleBefore = sampleProcessors();
  const startMs = performance.now();
  const figures = await crowd.talk(order);
  const elapsedMs = performance.now() - startMs;
  const othersShare = othersShareOf(sampleBefore, sampleProcessors());
  const after = await crowd.usage();
  const clientsMs = (usage: typeof before) => usage.clients.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return {
    figures,
    othersShare,
    serverShare: (after.server.cpuMs - before.server.cpuMs) / elapsedMs,
    clientsShare: (clientsMs(after) - clientsMs(before)) / elapsedMs,
    serverLagP99Ms: after.server.lagP99Ms,
  };
}
