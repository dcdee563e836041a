/** The programs that the backend consists of, each with its command line. */
import { createServer } from 'node:net';
import { findRedis, REDIS_WAY_OUT } from '../../../scripts/find-redis.js';
import type { CleanUp } from '../../play/clean-up.js';
import { listenOnLoopback } from '../../play/listen.js';
import { LeashedProgram } from './leashed-program.js';

const DAPHNE = ['-m', 'daphne', '-b', '127.0.0.1', '--access-log', '/dev/null'];
const WORKER = ['-m', 'celery', '-A', 'backend', 'worker', '--pool', 'prefork', '--concurrency', '2'];
/** One worker needs to hear of no others. */
const WORKER_ALONE = ['--without-gossip', '--without-mingle', '--without-heartbeat', '--loglevel', 'INFO'];

const REDIS_FORGETS = ['--save', '', '--appendonly', 'no'];
const PORTS_TRIED = 5;

/** Which Python runs a part, and with which settings. */
interface Place {
  readonly python: string;
  readonly environment: Readonly<Record<string, string>>;
}

export function startDaphne({ python, environment, port }: Place & { port: string }): Promise<LeashedProgram> {
  return LeashedProgram.start({
    python,
    command: [python, ...DAPHNE, '-p', port, 'backend.asgi:application'],
    environment,
    readyWhen: /Listening on TCP address 127\.0\.0\.1:(\d+)/,
  });
}

export function startWorker({ python, environment }: Place): Promise<LeashedProgram> {
  return LeashedProgram.start({
    python,
    command: [python, ...WORKER, ...WORKER_ALONE],
    environment: { ...environment, C_FORCE_ROOT: '1' },
    readyWhen: /celery@\S+ ready\./,
  });
}

/** Resolves once there are tables and accounts. */
export async function setUp({ python, environment, users }: Place & { users: readonly string[] }): Promise<void> {
  const accounts = users.flatMap((user) => ['--user', user]);
  const command = [python, 'manage.py', 'set_up', ...accounts];
  const run = await LeashedProgram.start({ python, command, environment, readyWhen: /^set up$/m });
  await run.stop();
}

/** Resolves with its port. */
export async function startRedis({ python, folder, cleanUp }: RedisPlace): Promise<number> {
  const path = findRedis();
  if (path === null) throw new Error(`There is no redis-server. ${REDIS_WAY_OUT}`);
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      const redis = await LeashedProgram.start({
        python,
        command: [path, '--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...REDIS_FORGETS],
        environment: {},
        readyWhen: /Ready to accept connections/,
      });
      cleanUp.add(() => redis.kill());
      return port;
    } catch (error) {
      // Somebody else may have taken the port in between.
      if (tries === PORTS_TRIED) throw error;
    }
  }
}

interface RedisPlace {
  readonly python: string;
  readonly folder: string;
  readonly cleanUp: CleanUp;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
