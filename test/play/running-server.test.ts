import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ServerProcess, type ServerProcessOptions } from '../../examples/play/running-server.js';
import { until, within } from './sockets.js';

const DEADLINE_MS = 30_000;

let dataDirectory: string;
let troubles: string[];
const started: ServerProcess[] = [];

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'chatsocket-process-'));
  troubles = [];
});

afterEach(async () => {
  for (const server of started.splice(0)) await within('the server stops', server.stop(), DEADLINE_MS);
  await rm(dataDirectory, { recursive: true });
});

async function start(options: Partial<ServerProcessOptions> = {}): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    dataDirectory,
    secret: 'a secret of the tests only',
    origins: ['http://127.0.0.1:1'],
    onTrouble: (line) => troubles.push(line),
    ...options,
  });
  started.push(server);
  return server;
}

async function isHealthy({ port }: ServerProcess): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

test(
  'a restart gives another process on the same port, and calls at once share it',
  async () => {
    const server = await start();
    const { port, pid } = server;

    await within('the restart', Promise.all([server.restart(), server.restart()]), DEADLINE_MS);

    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect([isAlive(pid), await isHealthy(server)]).toEqual([false, true]);
    expect(troubles).toEqual([]);
  },
  DEADLINE_MS,
);

test(
  'a server that dies by itself is announced in one line and comes back on its port',
  async () => {
    const server = await start();
    const { pid } = server;

    process.kill(Number(pid), 'SIGKILL');
    await until('there is another process', () => server.pid !== pid, DEADLINE_MS);

    expect(troubles).toEqual(['The chat server ended by itself (signal SIGKILL); starting it again.']);
    expect(await isHealthy(server)).toBe(true);
  },
  DEADLINE_MS,
);

test(
  'stop leaves no process behind, also in the middle of a restart',
  async () => {
    const server = await start();
    const { pid } = server;

    const restart = server.restart();
    await within('the stop', server.stop(), DEADLINE_MS);
    await restart;

    expect([isAlive(pid), isAlive(server.pid)]).toEqual([false, false]);
  },
  DEADLINE_MS,
);

test(
  'a server that refuses to start rejects with its own words',
  async () => {
    await expect(start({ secret: 'short' })).rejects.toThrow('Set SECRET to at least 16');
  },
  DEADLINE_MS,
);
