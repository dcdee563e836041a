/** One client's way through the bad link: 5 ms away, cut again and again while it sends, then left in peace. */
import { type FaultProxy, startFaultProxy } from '../../../examples/play/fault-proxy.js';
import type { Contestant, Party, Sender, Setting, Told } from './contestant.js';
import { killGaps } from './kill-schedule.js';
import { judge, type Verdict } from './verdict.js';

export const SEND_EVERY_MS = 5;

/** Each way, so that a cut always catches frames and acks on their way. */
export const LATENCY_MS = 5;

/** Nothing new in the log or on the screens for this long after the last promise: it is over. */
const QUIET_MS = 1_000;

const HEALING_MAX_MS = 90_000;

export interface FlappingResult extends Verdict {
  readonly client: string;
  /** Links that were open when they were cut. */
  readonly cuts: number;
  readonly errorCodes: readonly string[];
  /** From the first send to the last thing that happened. */
  readonly seconds: number;
}

export async function runFlapping(contestant: Contestant, setting: Setting): Promise<FlappingResult> {
  const party = await contestant.start(setting);
  const proxy = await startFaultProxy({ targetPort: party.serverPort });
  try {
    proxy.delay(LATENCY_MS);
    return { client: contestant.name, ...(await flap(party, proxy, setting)) };
  } finally {
    await party.close();
    await proxy.close();
  }
}

async function flap(party: Party, proxy: FaultProxy, setting: Setting): Promise<Omit<FlappingResult, 'client'>> {
  const seen: string[] = [];
  await party.observe((text) => seen.push(text));
  const sender = await party.join(proxy.port);
  const startedAtMs = performance.now();
  const killer = startKilling(proxy, setting.seed);
  const told = await sendAll(sender, setting.sends);
  const cuts = killer.stop();
  const lastAtMs = await healed(party, told, seen);
  const account = sender.account();
  const log = await party.log();
  const verdict = judge({ told, log, views: account === null ? [seen] : [seen, account.shown] });
  const seconds = (lastAtMs - startedAtMs) / 1_000;
  return { ...verdict, cuts, errorCodes: account?.errorCodes ?? [], seconds };
}

/** Cuts by the schedule until it is stopped; `stop` returns how many open links were cut. */
function startKilling(proxy: FaultProxy, seed: number): { stop(): number } {
  const gaps = killGaps(seed);
  let cuts = 0;
  const next = () =>
    setTimeout(() => {
      cuts += proxy.cut();
      timer = next();
    }, gaps.next().value);
  let timer = next();
  return {
    stop() {
      clearTimeout(timer);
      return cuts;
    },
  };
}

interface Entry {
  readonly text: string;
  told: Told | null;
  toldAtMs: number;
}

/** Keeps to the clock: what a late timer missed is sent with the next. Resolves after the last send. */
function sendAll(sender: Sender, sends: number): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const startedAtMs = performance.now();
  const sendNext = () => {
    const entry: Entry = { text: `message ${entries.length + 1}`, told: null, toldAtMs: 0 };
    entries.push(entry);
    void sender.send(entry.text).then((told) => {
      entry.told = told;
      entry.toldAtMs = performance.now();
    });
  };
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(sends, Math.floor((performance.now() - startedAtMs) / SEND_EVERY_MS));
      while (entries.length < due) sendNext();
      if (entries.length < sends) return;
      clearInterval(timer);
      resolve(entries);
    }, 1);
  });
}

/** Resolves with the time of the last thing that happened, once nothing more is to be expected. */
async function healed(party: Party, told: readonly Entry[], seen: readonly string[]): Promise<number> {
  const deadlineMs = performance.now() + HEALING_MAX_MS;
  let known = '';
  let changedAtMs = performance.now();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const nowMs = performance.now();
    const open = told.filter((entry) => entry.told === null).length;
    const now = `${open} ${(await party.log()).length} ${seen.length}`;
    if (now !== known) changedAtMs = nowMs;
    known = now;
    const isQuiet = open === 0 && nowMs - changedAtMs >= QUIET_MS;
    if (isQuiet || nowMs >= deadlineMs) return Math.max(changedAtMs, ...told.map(({ toldAtMs }) => toldAtMs));
  }
}
