/** A chat server with one conversation, clients that talk in it through whatever is in front, and the judge at the end. */

import { type Account, foundConversation, logIn } from '../../../examples/play/script/account.js';
import { judge, type Verdict } from '../../../examples/play/script/checker.js';
import { logsIn } from '../../../examples/play/script/read-logs.js';
import { pause, waitUntil } from '../../../examples/play/script/waiting.js';
import { type ChatServer, createChatServer } from '../../../examples/server/shell/chat-server.js';
import type { LogStore } from '../../../examples/server/store/log-store.js';
import { memoryLogStore } from '../../../examples/server/store/memory-log-store.js';
import { type Progress, Talker, type TalkerOptions } from './talker.js';

/** Copies that come too late would come in this time. */
const STRAGGLERS_MS = 300;

type Guest = Pick<TalkerOptions, 'url' | 'serverUrl' | 'pace' | 'tokenIn'>;

export class House {
  readonly server: ChatServer;
  readonly #store: LogStore;
  readonly #accounts: readonly Account[];
  readonly #conversationId: string;
  readonly #talkers: Talker[] = [];

  private constructor(
    opening: Pick<House, 'server'> & { store: LogStore; accounts: Account[]; conversationId: string },
  ) {
    this.server = opening.server;
    this.#store = opening.store;
    this.#accounts = opening.accounts;
    this.#conversationId = opening.conversationId;
  }

  /** With room for so many clients. */
  static async open(places: number): Promise<House> {
    const store = memoryLogStore();
    const server = await createChatServer({
      secret: 'only for this run, on this machine',
      origins: ['http://127.0.0.1:1'],
      allowMissingOrigin: true,
      isSecure: false,
      tokensPerMinute: 600,
      retryAfterMs: 100,
      store,
    });
    const names = Array.from({ length: places }, (_, place) => `talker ${place + 1}`);
    const accounts = await Promise.all(names.map((name) => logIn(server.url, name)));
    const [founder, ...others] = accounts;
    if (founder === undefined) throw new Error('A house needs a place.');
    const memberIds = others.map(({ userId }) => userId);
    return new House({
      server,
      store,
      accounts,
      conversationId: await foundConversation(server.url, founder, memberIds),
    });
  }

  get talkers(): readonly Talker[] {
    return this.#talkers;
  }

  /** Takes the next place, and does not connect yet. */
  seat(guest: Guest): Talker {
    const seed = this.#talkers.length + 1;
    const account = this.#accounts[seed - 1];
    if (account === undefined) throw new Error(`The house has ${this.#accounts.length} places.`);
    const talker = new Talker({
      ...guest,
      name: `talker ${seed}`,
      account,
      conversationId: this.#conversationId,
      seed,
    });
    this.#talkers.push(talker);
    return talker;
  }

  /** Waits until everybody has the acks of everything sent, and every message of the others. */
  async settle(deadlineMs: number): Promise<void> {
    const total = () => this.#talkers.reduce((sum, { progress }) => sum + progress.sentCount, 0);
    const isComplete = ({ progress }: Talker) =>
      progress.settledCount === progress.sentCount && progress.receivedCount >= total() - progress.sentCount;
    await until(
      () => this.#talkers.every(isComplete),
      deadlineMs,
      () => this.#describe(),
    );
    await pause(STRAGGLERS_MS);
  }

  async verdict(): Promise<Verdict & { readonly complaints: readonly string[] }> {
    const evidence = this.#talkers.map((talker) => talker.evidence);
    const verdict = judge({
      attempts: evidence.flatMap(({ attempts }) => attempts),
      logs: await logsIn(this.#store, [this.#conversationId]),
      views: evidence.map(({ view }) => view),
    });
    return { ...verdict, complaints: evidence.flatMap(({ complaints }) => complaints) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#talkers.map((talker) => talker.close()));
    await this.server.close();
  }

  #describe(): string {
    const lines = this.#talkers.map(({ progress }) => describeProgress(progress));
    return `everything to arrive: ${lines.join('; ')}`;
  }
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
