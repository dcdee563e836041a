/** The whole backend on loopback ports: Redis, tables and accounts, Daphne, one Celery worker. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DJANGO_WAY_OUT, findDjango } from '../../../scripts/find-django.js';
import { type CleanUp, createCleanUp } from '../../play/clean-up.js';
import { bundlePage, type PageOptions } from './bundle-page.js';
import { Faults } from './faults.js';
import { Part } from './part.js';
import { setUp, startDaphne, startRedis, startWorker } from './programs.js';

export interface DjangoOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** How many Daphnes there are, as on several machines; default 1. */
  readonly daphnes?: number;
  /** Pages that may connect, besides the backend's own. */
  readonly origins?: readonly string[];
  /** Accounts that are made; default `testuser`. */
  readonly users?: readonly string[];
  /** Serves the page of this example; default: none. */
  readonly page?: PageOptions;
  /** Further settings; the README of this example lists them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Undone in `stop()`; a program that may be killed in the middle of a start hands in its own. */
  readonly cleanUp?: CleanUp;
}

export interface RunningDjango {
  /** `http://127.0.0.1:<port>`, the same after restarts. */
  readonly url: string;
  /** Of every Daphne; `url` is the first, which is the one that can be killed. */
  readonly urls: readonly string[];
  readonly redisPort: number;
  /** Of every account. */
  readonly password: string;
  readonly faults: Faults;
  /** Ends everything and takes its folder away. Twice is harmless. */
  stop(): Promise<void>;
  /** Every socket breaks without a close frame. */
  killDaphne(): Promise<void>;
  /** On the same port; ends the one that runs. */
  restartDaphne(): Promise<void>;
  /** In the middle of an answer, if there is one. */
  killWorker(): Promise<void>;
  startWorker(): Promise<void>;
}

/** Rejects, and leaves nothing behind, where a part does not start. */
export async function startDjango(options: DjangoOptions = {}): Promise<RunningDjango> {
  const { cleanUp = createCleanUp() } = options;
  try {
    return await start(options, cleanUp);
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}

async function start(options: DjangoOptions, cleanUp: CleanUp): Promise<RunningDjango> {
  const python = findDjango();
  if (python === null) throw new Error(`There is no Python with Django and Channels. ${DJANGO_WAY_OUT}`);
  const folder = await mkdtemp(join(tmpdir(), 'chatsocket-django-'));
  cleanUp.add(() => rm(folder, { recursive: true, force: true }));
  const redisPort = await startRedis({ python, folder, cleanUp });
  const redisUrl = `redis://127.0.0.1:${redisPort}/0`;
  const password = randomBytes(12).toString('base64url');
  const environment = {
    SECRET_KEY: randomBytes(32).toString('base64url'),
    DEMO_PASSWORD: password,
    DATABASE_URL: `sqlite:///${join(folder, 'chat.sqlite3')}`,
    REDIS_URL: redisUrl,
    ALLOWED_ORIGINS: (options.origins ?? []).join(','),
    FAULTS_ENABLED: '1',
    ...(options.page === undefined ? {} : { PAGE_FOLDER: await makePage(folder, options.page) }),
    ...options.settings,
  };
  await setUp({ python, environment, users: options.users ?? ['testuser'] });
  const newDaphne = () => new Part(cleanUp, (port) => startDaphne({ python, environment, port }));
  const daphne = newDaphne();
  const others = Array.from({ length: (options.daphnes ?? 1) - 1 }, newDaphne);
  const worker = new Part(cleanUp, () => startWorker({ python, environment }));
  const [port, otherPorts] = await Promise.all([
    daphne.start(String(options.port ?? 0)),
    Promise.all(others.map((other) => other.start('0'))),
    worker.start(''),
  ]);
  const faults = new Faults(redisUrl);
  cleanUp.add(() => faults.close());
  const urlAt = (each: string) => `http://127.0.0.1:${each}`;
  return {
    url: urlAt(port),
    urls: [port, ...otherPorts].map(urlAt),
    redisPort,
    password,
    faults,
    stop: () => cleanUp.run(),
    killDaphne: () => daphne.kill(),
    restartDaphne: async () => {
      await daphne.start(port);
    },
    killWorker: () => worker.kill(),
    startWorker: async () => {
      await worker.start('');
    },
  };
}

async function makePage(parent: string, options: PageOptions): Promise<string> {
  const folder = join(parent, 'page');
  await mkdir(folder);
  await bundlePage(folder, options);
  return folder;
}
