/** Runs a command of the scripts to its end. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './rules/source-tree.js';

export interface RunOptions {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunResult {
  readonly succeeded: boolean;
  /** What it printed, both streams one after the other. */
  readonly output: string;
  readonly standardOutput: string;
}

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Runs the command without a shell and without input, and waits for it. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): RunResult {
  const ended = spawnSync(command, args, {
    cwd: options.folder ?? ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...options.environment },
    maxBuffer: OUTPUT_BYTES_MAX,
    // On Windows npm is a script, which only a shell starts.
    shell: process.platform === 'win32' && command === 'npm',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = `${ended.stdout ?? ''}${ended.stderr ?? ''}${ended.error?.message ?? ''}`;
  return { succeeded: ended.status === 0, output, standardOutput: ended.stdout ?? '' };
}

/** Runs a program of an installed package with this Node; `program` is its path from `node_modules`. */
export function runTool(program: string, args: readonly string[], options?: RunOptions): RunResult {
  return run(process.execPath, [join(ROOT, 'node_modules', program), ...args], options);
}

/** Says how a step went, and remembers a failure in the exit code. */
export function report(label: string, { succeeded, output }: RunResult): void {
  console.log(`${succeeded ? 'passed' : 'FAILED'}  ${label}`);
  if (succeeded) return;
  console.log(output.trim().replaceAll(/^/gm, '        '));
  process.exitCode = 1;
}
