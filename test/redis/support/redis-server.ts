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
  readonly #place: Place;
  #running: Running;

  private constructor(place: Place, running: Running) {
    this.url = urlOf(place);
    this.#place = place;
    this.#running = running;
  }

  /** Resolves once it answers. */
  static async start(): Promise<RedisServer> {
    const path = findRedis();
    if (path === null) throw new Error('There is no redis-server; `npm test` says how to get one.');
    const directory = await mkdtemp(join(tmpdir(), 'chatsocket-redis-'));
    for (let tries = 1; ; tries += 1) {
      const place: Place = { path, directory, port: await freePort() };
      const running = await launch(place);
      if (running !== null) return new RedisServer(place, running);
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
    await end(this.#running);
  }

  /** After `kill`: on the same port, with what it has on its disk. Resolves once it answers. */
  async revive(): Promise<void> {
    const running = await launch(this.#place);
    if (running === null) throw new Error('redis-server does not come back.');
    this.#running = running;
  }

  /** It keeps every connection and does nothing, as a machine that is stopped for a while; the returned function ends that. */
  freeze(): () => void {
    const { child } = this.#running;
    child.kill('SIGSTOP');
    return () => child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#place.directory, { recursive: true, force: true });
  }
}

interface Place {
  readonly path: string;
  readonly directory: string;
  readonly port: number;
}

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
}

function urlOf({ port }: Place): string {
  return `redis://127.0.0.1:${port}`;
}

async function end({ child, exited }: Running): Promise<void> {
  child.kill('SIGKILL');
  await exited;
}

/** Null where it does not come to answer, as where another took the port. */
async function launch(place: Place): Promise<Running | null> {
  const { path, directory, port } = place;
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', directory];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const child = spawn(path, [...settings, ...durable], { stdio: 'ignore' });
  const running: Running = { child, exited: new Promise((resolve) => child.once('exit', () => resolve())) };
  const endMs = Date.now() + START_DEADLINE_MS;
  while (child.exitCode === null && Date.now() < endMs) {
    if (await answers(urlOf(place))) return running;
  }
  await end(running);
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
