/** The chat server as a process of its own, so that restarting it is the real thing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SERVER_ENTRY = fileURLToPath(new URL('../server/main.ts', import.meta.url));

/** A machine that is busy with much else compiles slowly. */
const START_DEADLINE_MS = 60_000;
/** The server drains within 5 s; after this it is killed. */
const STOP_DEADLINE_MS = 6_000;
const REVIVE_PAUSE_MS = 500;
/** Deaths in a row, each within `STEADY_MS` of its start, after which nobody tries any more. */
const REVIVALS_MAX = 5;
const STEADY_MS = 10_000;
const LAST_WORDS_MAX = 4_000;

export interface ServerProcessOptions {
  /** Null keeps everything in memory, unless `flags` name another place. */
  readonly dataDirectory: string | null;
  readonly secret: string;
  readonly origins: readonly string[];
  /** Further flags of the server. */
  readonly flags?: readonly string[];
  /** A command that runs the server's command in its own place, such as `ip netns exec <name>`. */
  readonly runner?: readonly string[];
  /** Announced before each planned end; the server may take so much longer. Default 0. */
  readonly graceMs?: number;
  /** One line about a death that nobody asked for. */
  readonly onTrouble: (line: string) => void;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly exited: Promise<Exit>;
  readonly startedAtMs: number;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #running: Running;
  #restarting: Promise<void> | null = null;
  #isWanted = true;
  #revivals = 0;

  private constructor(options: ServerProcessOptions, running: Running) {
    this.#options = options;
    this.#running = running;
    this.#watch(running);
  }

  /** Resolves once the server listens; rejects with its last words where it does not. */
  static async start(options: ServerProcessOptions): Promise<ServerProcess> {
    return new ServerProcess(options, await launch(options, 0));
  }

  /** The same after every restart. */
  get port(): number {
    return this.#running.port;
  }

  get pid(): number | undefined {
    return this.#running.child.pid;
  }

  /** Ends the server by SIGTERM and resolves once its successor listens on the same port. Calls during a restart join it. */
  restart(): Promise<void> {
    this.#restarting ??= this.#replace().finally(() => {
      this.#restarting = null;
    });
    return this.#restarting;
  }

  /** Ends the server for good; resolves once the process is gone. Twice is harmless. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    await this.#restarting?.catch(() => undefined);
    await end(this.#running, this.#options);
  }

  async #replace(): Promise<void> {
    await end(this.#running, this.#options);
    if (!this.#isWanted) return;
    this.#running = await launch(this.#options, this.port);
    this.#watch(this.#running);
  }

  #watch(running: Running): void {
    void running.exited.then(({ code, signal }) => {
      if (!this.#isWanted || this.#restarting !== null || this.#running !== running) return;
      const how = signal === null ? `code ${code}` : `signal ${signal}`;
      this.#revive(`The chat server ended by itself (${how})`, running.startedAtMs);
    });
  }

  /** Also where what it needs is not there yet: a start that fails is a death like any other. */
  #revive(sadNews: string, startedAtMs: number): void {
    const wasSteady = Date.now() - startedAtMs >= STEADY_MS;
    this.#revivals = wasSteady ? 1 : this.#revivals + 1;
    if (this.#revivals > REVIVALS_MAX) {
      this.#options.onTrouble(`${sadNews} again and again. Stop this program and start it anew.`);
      return;
    }
    this.#options.onTrouble(`${sadNews}; starting it again.`);
    setTimeout(() => {
      if (!this.#isWanted) return;
      const triedAtMs = Date.now();
      this.restart().catch((error: unknown) => this.#revive(sentenceOf(error), triedAtMs));
    }, REVIVE_PAUSE_MS);
  }
}

async function launch(options: ServerProcessOptions, port: number): Promise<Running> {
  const startedAtMs = Date.now();
  const [command = process.execPath, ...args] = [
    ...(options.runner ?? []),
    process.execPath,
    '--import',
    'tsx',
    SERVER_ENTRY,
  ];
  const child = spawn(command, [...args, ...flagsFor(options, port)], {
    cwd: PROJECT,
    env: environmentFor(options),
    // The channel tells when the server listens; and when this process is gone, its end tells the server to go as well.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  const lastWords = keepLastWords(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS);
  const listening = new Promise<number>((resolve) => {
    child.on('message', (message) => {
      const listensOn = readPort(message);
      if (listensOn !== null) resolve(listensOn);
    });
  });
  const outcome = await Promise.race([listening, exited]).finally(() => clearTimeout(timer));
  if (typeof outcome === 'number') return { child, port: outcome, exited, startedAtMs };
  throw new Error(`The chat server did not start. ${lastWords()}`.trim());
}

/** What a start failed with, without its full stop. */
function sentenceOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

/** Only what the server needs: a variable of the user's shell must not change a setting unseen. */
function environmentFor({ secret }: ServerProcessOptions): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NODE_ENV: 'development', SECRET: secret };
}

function flagsFor(options: ServerProcessOptions, port: number): readonly string[] {
  const { dataDirectory, origins, flags = [], graceMs = 0 } = options;
  return [
    ...['--restart-grace-ms', String(graceMs)],
    ...['--port', String(port)],
    ...(dataDirectory === null ? [] : ['--data-dir', dataDirectory]),
    ...['--origins', origins.join(',')],
    ...['--log-level', 'warn'],
    ...flags,
  ];
}

function keepLastWords(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    words = (words + bytes.toString()).slice(-LAST_WORDS_MAX);
  });
  return () => words.trim();
}

function readPort(message: unknown): number | null {
  if (typeof message !== 'object' || message === null) return null;
  if (!('type' in message) || message.type !== 'listening' || !('port' in message)) return null;
  return typeof message.port === 'number' ? message.port : null;
}

async function end({ child, exited }: Running, { graceMs = 0 }: ServerProcessOptions): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs + STOP_DEADLINE_MS);
  await exited;
  clearTimeout(timer);
}
