import { type ChildProcess, execFile } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { listenOnLoopback } from '../../examples/play/listen.js';
import { until, within } from './sockets.js';
import { killStarted, start } from './started.js';

const DEADLINE_MS = 90_000;
const STEP_DEADLINE_MS = 25_000;

const servers: Server[] = [];

afterEach(async () => {
  killStarted();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

test(
  '--help explains the two ways to start and ends well',
  async () => {
    const { code, output, errors } = await within('the end', start('--help').ended, DEADLINE_MS);

    expect([code, errors]).toEqual([0, '']);
    expect(output).toContain('npm start -- --script');
  },
  DEADLINE_MS,
);

test(
  'a wrong port is one clear line and exit code 2',
  async () => {
    const { code, output, errors } = await within('the end', start('--port', '70000').ended, DEADLINE_MS);

    expect([code, output]).toEqual([2, '']);
    expect(errors).toBe('--port takes a whole number from 1 to 65535, not "70000". See npm start -- --help.\n');
  },
  DEADLINE_MS,
);

test(
  'a taken port is one clear line with the way out',
  async () => {
    const server = createServer();
    servers.push(server);
    const port = await listenOnLoopback(server, 0);

    const { code, output, errors } = await within('the end', start('--port', String(port)).ended, DEADLINE_MS);

    expect([code, output]).toEqual([1, '']);
    expect(errors).toBe(
      `Port ${port} is taken. Stop what listens there, choose another port, or leave --port out to get a free one.\n`,
    );
  },
  DEADLINE_MS,
);

test.each([
  ['Ctrl-C', 'SIGINT', 130],
  ['a kill that it cannot answer', 'SIGKILL', null],
] as const)(
  'a script ended by %s leaves no server behind',
  async (_, signal, exitCode) => {
    const started = start('--script', '--seed', '1');
    await until('the talk begins', () => started.output().includes('sent '), STEP_DEADLINE_MS);
    const offspring = await childrenOf(started.child);

    started.child.kill(signal);
    const { code, errors } = await within('the end', started.ended, STEP_DEADLINE_MS);

    expect([code, errors]).toEqual([exitCode, '']);
    expect(offspring).not.toEqual([]);
    await until('the server is gone', () => !offspring.some(isAlive), STEP_DEADLINE_MS);
  },
  DEADLINE_MS,
);

async function childrenOf({ pid }: ChildProcess): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(pid)]);
  return stdout.trim().split('\n').map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
