/** Runs vitest to its end, and ends with its exit code. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

/** `atEnd` has the last word. */
export function runVitest(argumentsOfVitest: readonly string[], atEnd: () => void = () => {}): void {
  const run = spawn(process.execPath, [vitest, 'run', ...argumentsOfVitest], { stdio: 'inherit' });
  run.once('error', (error) => {
    console.error(`vitest did not start: ${error.message}`);
    process.exitCode = 1;
  });
  run.once('exit', (code) => {
    process.exitCode = code ?? 1;
    atEnd();
  });
  // A Ctrl-C reaches vitest by itself, since both are in the same group of processes; this one waits for its end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => run.kill(signal));
}

/** What cannot be had at all ends the run with one line. */
export function orEnd<Found>(ensure: () => Found): Found {
  try {
    return ensure();
  } catch (error) {
    return end(error instanceof Error ? error.message : String(error));
  }
}

export function end(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
