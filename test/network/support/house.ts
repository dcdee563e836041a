/** A chat server with one conversation, and clients that talk in it through whatever is in front. */

import { type Account, foundConversation, logIn } from '../../../examples/play/script/account.js';
import { logsIn } from '../../../examples/play/script/read-logs.js';
import { type ChatServer, createChatServer } from '../../../examples/server/shell/chat-server.js';
import type { LogStore } from '../../../examples/server/store/log-store.js';
import { memoryLogStore } from '../../../examples/server/store/memory-log-store.js';
import { Company, type CompanyVerdict } from './company.js';
import type { Talker, TalkerOptions } from './talker.js';

type Guest = Pick<TalkerOptions, 'url' | 'serverUrl' | 'pace' | 'tokenIn'>;

export class House {
  readonly server: ChatServer;
  readonly #store: LogStore;
  readonly #accounts: readonly Account[];
  readonly #conversationId: string;
  readonly #company = new Company();

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
    return this.#company.talkers;
  }

  /** Takes the next place, and does not connect yet. */
  seat(guest: Guest): Talker {
    const seed = this.talkers.length + 1;
    const account = this.#accounts[seed - 1];
    if (account === undefined) throw new Error(`The house has ${this.#accounts.length} places.`);
    return this.#company.seat({
      ...guest,
      name: `talker ${seed}`,
      account,
      conversationId: this.#conversationId,
      seed,
    });
  }

  /** Waits until everybody has the acks of everything sent, and every message of the others. */
  settle(deadlineMs: number): Promise<void> {
    return this.#company.settle(deadlineMs);
  }

  async verdict(): Promise<CompanyVerdict> {
    return this.#company.judge(await logsIn(this.#store, [this.#conversationId]));
  }

  async close(): Promise<void> {
    await this.#company.close();
    await this.server.close();
  }
}
