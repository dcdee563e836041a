/** Starts the entry of `npm start` as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const children: ChildProcess[] = [];

export function killStarted(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL');
}

export interface Started {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }>;
}

export function start(...words: readonly string[]): Started {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/play/start.ts', ...words], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  let errors = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  child.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  const ended = new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output, errors }));
  });
  return { child, output: () => output, ended };
}
