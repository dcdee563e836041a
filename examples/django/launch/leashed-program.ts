/** A program that ends with this one, however this one ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const LEASH = fileURLToPath(new URL('leash.py', import.meta.url));
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

const READY_DEADLINE_MS = 60_000;
/** After this the program is killed. */
const STOP_DEADLINE_MS = 5_000;
const LAST_WORDS_MAX = 4_000;

export interface ProgramOptions {
  readonly python: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What it says once it serves; its first group is kept as `saying`. */
  readonly readyWhen: RegExp;
}

export class LeashedProgram {
  /** What the first group of `readyWhen` matched. */
  readonly saying: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  private constructor(options: { child: ChildProcess; exited: Promise<void>; saying: string }) {
    this.#child = options.child;
    this.#exited = options.exited;
    this.saying = options.saying;
  }

  /** Resolves once it is ready; rejects with its last words where it ends before. */
  static async start({ python, command, environment, readyWhen }: ProgramOptions): Promise<LeashedProgram> {
    const child = spawn(python, [LEASH, ...command], {
      cwd: PROJECT,
      env: { ...surroundings(), ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    // It never reads; what is written to a program that has just ended is no concern of anybody.
    child.stdin?.on('error', () => {});
    const heard = listen(child, readyWhen);
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_DEADLINE_MS);
    const saying = await Promise.race([heard.ready, exited.then(() => null)]).finally(() => clearTimeout(timer));
    if (saying !== null) return new LeashedProgram({ child, exited, saying });
    throw new Error(`${command.slice(0, 3).join(' ')} did not start. ${heard.lastWords()}`.trim());
  }

  /** At once and with all its children, as by a machine that loses power. Twice is harmless. */
  async kill(): Promise<void> {
    if (this.#isRunning) this.#killGroup();
    await this.#exited;
    this.#child.stdin?.destroy();
  }

  /** Lets it end in its own way, for a while. Twice is harmless. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#killGroup(), STOP_DEADLINE_MS);
    this.#child.kill('SIGTERM');
    await this.#exited;
    clearTimeout(timer);
    // The leash ends what is left of the group.
    this.#child.stdin?.destroy();
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  }
}

/** A variable of the user's shell must not change a setting unseen. */
function surroundings(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // The folder of the example stays as it was.
  return { ...Object.fromEntries(kept), PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
}

function listen(child: ChildProcess, readyWhen: RegExp): { ready: Promise<string>; lastWords: () => string } {
  let words = '';
  const ready = new Promise<string>((resolve) => {
    const hear = (bytes: Buffer) => {
      const heard = words + bytes.toString();
      // Before it is cut: a busy worker says more in the breath in which it gets ready than is kept.
      const found = readyWhen.exec(heard);
      if (found !== null) resolve(found[1] ?? '');
      words = heard.slice(-LAST_WORDS_MAX);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  });
  return { ready, lastWords: () => words.trim() };
}
