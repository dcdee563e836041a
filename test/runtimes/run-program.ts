/** Runs a program to its own end. */
import { spawn } from 'node:child_process';

/** A process that has not ended by then is ended, and its test fails. */
const DEADLINE_MS = 50_000;

export interface RunBy {
  /** The Node that runs it; default: the one that runs the tests. */
  readonly node?: string;
  readonly flags?: readonly string[];
}

/** What the program wrote. Rejects unless it ended by itself, in time, with code 0 and without a word of trouble. */
export function runProgram(file: string, args: readonly string[], by: RunBy = {}): Promise<string> {
  const { node = process.execPath, flags = [] } = by;
  return new Promise((resolve, reject) => {
    const child = spawn(node, [...flags, file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let written = '';
    let trouble = '';
    child.stdout.on('data', (bytes) => {
      written += String(bytes);
    });
    child.stderr.on('data', (bytes) => {
      trouble += String(bytes);
    });
    const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(deadline);
      const how = signal === null ? `with code ${code}` : `by ${signal}, maybe ours after ${DEADLINE_MS} ms`;
      if (code === 0 && trouble === '') resolve(written);
      else reject(new Error(`${file} ${args[0]} ended ${how}.\n${trouble}${written}`));
    });
  });
}
