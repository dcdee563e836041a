/** Two chat servers as processes on one Redis, nginx in front of both, and clients in several conversations. */

import { randomUUID } from 'node:crypto';
import { type CleanUp, createCleanUp } from '../../../examples/play/clean-up.js';
import type { ServerProcess } from '../../../examples/play/running-server.js';
import { type Account, foundConversation, logIn } from '../../../examples/play/script/account.js';
import { logsIn } from '../../../examples/play/script/read-logs.js';
import { pause } from '../../../examples/play/script/waiting.js';
import { redisLogStore } from '../../../examples/server/store/redis-log-store.js';
import { RedisServer } from '../../redis/support/redis-server.js';
import { startPair } from '../../redis/support/stage.js';
import { Company, type CompanyVerdict, until } from './company.js';
import { Nginx } from './nginx.js';
import type { Pace } from './talker.js';

/** As with `--redis` and no other word. */
const GRACE_MS = 12_000;
const OPEN_DEADLINE_MS = 60_000;
const ACKED_DEADLINE_MS = 60_000;
const APART_MS = 200;

/** As patient as the defaults: on a busy machine, too, only what the servers do ends a connection. */
const PACE: Pace = { heartbeatMs: 25_000, heartbeatTimeoutMs: 10_000, dialMs: 10_000, ackTimeoutMs: 10_000 };

export class ServerPair {
  readonly servers: readonly ServerProcess[];
  readonly nginx: Nginx;
  readonly company = new Company();
  readonly #redis: RedisServer;
  readonly #cleanUp: CleanUp;
  readonly #conversationIds: string[] = [];
  #isTalking = false;
  #talking: Promise<unknown> = Promise.resolve();

  private constructor(parts: {
    servers: readonly ServerProcess[];
    nginx: Nginx;
    redis: RedisServer;
    cleanUp: CleanUp;
  }) {
    this.servers = parts.servers;
    this.nginx = parts.nginx;
    this.#redis = parts.redis;
    this.#cleanUp = parts.cleanUp;
  }

  static async open(): Promise<ServerPair> {
    const cleanUp = createCleanUp();
    try {
      const redis = await RedisServer.start();
      cleanUp.add(() => redis.stop());
      const servers = await startPair({ redisUrl: redis.url, graceMs: GRACE_MS, onTrouble: () => {} });
      cleanUp.add(async () => void (await Promise.all(servers.map((server) => server.stop()))));
      const nginx = await Nginx.start({ upstreamPorts: servers.map(({ port }) => port) });
      cleanUp.add(() => nginx.stop());
      return new ServerPair({ servers, nginx, redis, cleanUp });
    } catch (error) {
      await cleanUp.run();
      throw error;
    }
  }

  /** Resolves when all are open: as many clients as `conversations` times `members`. */
  async gather({ conversations, members }: { conversations: number; members: number }): Promise<void> {
    for (let number = 1; number <= conversations; number += 1) await this.#gatherOne(number, members);
    for (const talker of this.company.talkers) talker.connect();
    await this.untilAllOpen();
  }

  untilAllOpen(): Promise<void> {
    return until(
      () => this.company.talkers.every(({ progress }) => progress.isOpen),
      OPEN_DEADLINE_MS,
      () => 'everybody to be open',
    );
  }

  /** From now on until `hush` everybody says something now and then. */
  talk(): void {
    this.#isTalking = true;
    this.#talking = Promise.all(
      this.company.talkers.map(async (talker) => {
        while (this.#isTalking) {
          await talker.talk({ messages: 1, apartMs: 0 });
          await pause(APART_MS);
        }
      }),
    );
  }

  untilAcked(messages: number): Promise<void> {
    const ackedCount = () => this.company.talkers.reduce((sum, { progress }) => sum + progress.ackedCount, 0);
    return until(
      () => ackedCount() >= messages,
      ACKED_DEADLINE_MS,
      () => `${messages} acks, had ${ackedCount()}`,
    );
  }

  /** As a machine that loses power, and stays away. */
  async kill(server: ServerProcess): Promise<void> {
    if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL');
    await server.stop();
  }

  async hush(): Promise<void> {
    this.#isTalking = false;
    await this.#talking;
  }

  /** Compares what everybody saw with what Redis holds. */
  async verdict(): Promise<CompanyVerdict> {
    const store = await redisLogStore({ url: this.#redis.url, serverId: randomUUID() });
    try {
      return this.company.judge(await logsIn(store, this.#conversationIds));
    } finally {
      await store.close();
    }
  }

  async close(): Promise<void> {
    await this.hush();
    await this.company.close();
    await this.#cleanUp.run();
  }

  async #gatherOne(number: number, members: number): Promise<void> {
    const { url, socketUrl } = this.nginx;
    const names = Array.from({ length: members }, (_, member) => `talker ${number}.${member + 1}`);
    const accounts = await Promise.all(names.map((name) => logIn(url, name)));
    const [founder, ...others] = accounts;
    if (founder === undefined) throw new Error('A conversation needs a member.');
    const memberIds = others.map(({ userId }) => userId);
    const conversationId = await foundConversation(url, founder, memberIds);
    this.#conversationIds.push(conversationId);
    const seat = (account: Account, member: number) =>
      this.company.seat({
        name: names[member] ?? account.userId,
        account,
        conversationId,
        url: `${socketUrl}/ws`,
        serverUrl: url,
        seed: number * members + member,
        pace: PACE,
      });
    accounts.forEach(seat);
  }
}
