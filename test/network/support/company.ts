/** Clients that talk, in one conversation or in several, and the judge at the end. */

import { judge, type LogEntry, type Verdict } from '../../../examples/play/script/checker.js';
import { pause, waitUntil } from '../../../examples/play/script/waiting.js';
import { type Progress, Talker, type TalkerOptions } from './talker.js';

/** Copies that come too late would come in this time. */
const STRAGGLERS_MS = 300;

export type CompanyVerdict = Verdict & { readonly complaints: readonly string[] };

export class Company {
  readonly #members: { readonly talker: Talker; readonly conversationId: string }[] = [];

  get talkers(): readonly Talker[] {
    return this.#members.map(({ talker }) => talker);
  }

  /** Does not connect yet. */
  seat(options: TalkerOptions): Talker {
    const talker = new Talker(options);
    this.#members.push({ talker, conversationId: options.conversationId });
    return talker;
  }

  /** Waits until everybody has the acks of everything sent, and every message of the others. */
  async settle(deadlineMs: number): Promise<void> {
    await until(
      () => this.#members.every(({ talker, conversationId }) => isComplete(talker, this.#sentIn(conversationId))),
      deadlineMs,
      () => `everything to arrive: ${this.talkers.map(({ progress }) => describeProgress(progress)).join('; ')}`,
    );
    await pause(STRAGGLERS_MS);
  }

  judge(logs: ReadonlyMap<string, readonly LogEntry[]>): CompanyVerdict {
    const evidence = this.talkers.map((talker) => talker.evidence);
    const verdict = judge({
      attempts: evidence.flatMap(({ attempts }) => attempts),
      logs,
      views: evidence.map(({ view }) => view),
    });
    return { ...verdict, complaints: evidence.flatMap(({ complaints }) => complaints) };
  }

  async close(): Promise<void> {
    await Promise.all(this.talkers.map((talker) => talker.close()));
  }

  #sentIn(conversationId: string): number {
    const members = this.#members.filter((member) => member.conversationId === conversationId);
    return members.reduce((sum, { talker }) => sum + talker.progress.sentCount, 0);
  }
}

function isComplete({ progress }: Talker, sentByAll: number): boolean {
  const { settledCount, sentCount, receivedCount } = progress;
  return settledCount === sentCount && receivedCount >= sentByAll - sentCount;
}

/** Fails, with what was waited for, when the deadline passes. */
export async function until(isTrue: () => boolean, deadlineMs: number, what: () => string): Promise<void> {
  if (!(await waitUntil(isTrue, deadlineMs))) throw new Error(`Waited ${deadlineMs} ms in vain for ${what()}.`);
}

export function describeProgress(progress: Progress): string {
  const { isOpen, timesOpened, sentCount, ackedCount, settledCount, receivedCount } = progress;
  const state = `${isOpen ? 'open' : 'not open'}, opened ${timesOpened} times`;
  return `${state}, sent ${sentCount}, acked ${ackedCount}, settled ${settledCount}, received ${receivedCount}`;
}
