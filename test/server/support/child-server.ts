/** The server as a process of its own, to be killed. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { TEST_SECRET, within } from './peer.js';

const main = fileURLToPath(new URL('../../../examples/server/main.ts', import.meta.url));

const listening = z.object({ type: z.literal('listening'), url: z.string(), port: z.int() });

/** A child compiles its sources on a machine that may be busy. */
const START_DEADLINE_MS = 20_000;

export interface ChildServer {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Everything it has written to stdout and stderr. */
  readonly output: () => string;
  /** Sends the signal, and resolves with the exit code and the time that it took. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<{ readonly code: number | null; readonly tookMs: number }>;
}

export function forkServer(environment: Readonly<Record<string, string>>): {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
} {
  const child = fork(main, [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { process: child, output: () => output, exit };
}

export async function startChild(environment: Readonly<Record<string, string>> = {}): Promise<ChildServer> {
  const {
    process: child,
    output,
    exit,
  } = forkServer({
    NODE_ENV: 'production',
    SECRET: TEST_SECRET,
    ORIGINS: 'http://chat.test',
    ALLOW_MISSING_ORIGIN: 'true',
    ...environment,
  });
  const told = new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    void exit.then((code) => reject(new Error(`the server ended with ${code}: ${output()}`)));
  });
  const { url, port } = listening.parse(await within(told, 'the server to listen', START_DEADLINE_MS));
  return {
    url,
    port,
    process: child,
    output,
    async end(signal) {
      const startedAtMs = performance.now();
      child.kill(signal);
      const code = await within(exit, 'the server to end', 10_000);
      return { code, tookMs: performance.now() - startedAtMs };
    },
  };
}
