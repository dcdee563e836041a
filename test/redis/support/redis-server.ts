/** A real Redis on a free port of the loopback, with a folder of its own, that syncs every write. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findRedis } from '../../../scripts/find-redis.js';

const START_DEADLINE_MS = 10_000;
const PORTS_TRIED = 5;

export class RedisServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #exited: Promise<void>;

  private constructor(options: { child: ChildProcess; directory: string; url: string; exited: Promise<void> }) {
    this.url = options.url;
    this.#child = options.child;
    this.#directory = options.directory;
    this.#exited = options.exited;
  }

  /** Resolves once it answers. */
  static async start(): Promise<RedisServer> {
    const path = findRedis();
    if (path === null) throw new Error('There is no redis-server; `npm test` says how to get one.');
    const directory = await mkdtemp(join(tmpdir(), 'chatsocket-redis-'));
    for (let tries = 1; ; tries += 1) {
      const started = await launch(path, directory);
      if (started !== null) return started;
      if (tries === PORTS_TRIED) throw new Error('redis-server does not start.');
    }
  }

  /** Empties it: every test has a Redis that nobody has used. */
  async flush(): Promise<void> {
    const redis = new Redis(this.url);
    await redis.flushall();
    redis.disconnect();
  }

  /** As a machine that loses power. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  static of(child: ChildProcess, directory: string, url: string): RedisServer {
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    return new RedisServer({ child, directory, url, exited });
  }
}

/** Null where another took the port in between. */
async function launch(path: string, directory: string): Promise<RedisServer | null> {
  const port = await freePort();
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const child = spawn(path, [...settings, ...durable], { stdio: 'ignore' });
  const server = RedisServer.of(child, directory, `redis://127.0.0.1:${port}`);
  const endMs = Date.now() + START_DEADLINE_MS;
  while (child.exitCode === null && Date.now() < endMs) {
    if (await answers(server.url)) return server;
  }
  await server.kill();
  return null;
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return (await redis.ping()) === 'PONG';
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return false;
  } finally {
    redis.disconnect();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
