/** A real nginx on a free port of the loopback, in front of one or more chat servers, in a folder of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listenOnLoopback } from '../../../examples/play/listen.js';
import { pause } from '../../../examples/play/script/waiting.js';
import { needNginx } from '../../../scripts/find-network-tools.js';
import { type NginxSettings, nginxConfiguration } from './nginx-configuration.js';

export type NginxOptions = Omit<NginxSettings, 'port' | 'generation'>;

export interface NginxLogs {
  readonly access: string;
  readonly errors: string;
}

const START_DEADLINE_MS = 10_000;
const PORTS_TRIED = 3;

/**
 * nginx is started with a companion that waits for the end of their input and then kills the whole group, master and
 * workers: so none of them outlives the test, however that ends.
 */
const LEASH = 'exec 3<&0; (cat <&3 >/dev/null; kill -KILL 0) & exec "$@" 3<&-';

export class Nginx {
  readonly port: number;
  readonly #folder: string;
  readonly #path: string;
  #options: NginxOptions;
  #generation = 0;
  #child: ChildProcess | null = null;
  #lastWords = '';

  private constructor({ port, folder, options }: { port: number; folder: string; options: NginxOptions }) {
    this.port = port;
    this.#folder = folder;
    this.#path = needNginx();
    this.#options = options;
  }

  /** Resolves once it serves. */
  static async start(options: NginxOptions): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), 'chatsocket-nginx-'));
    // Where this is root, the workers run as somebody else.
    await chmod(folder, 0o755);
    try {
      return await tryPorts(async (port) => {
        const nginx = new Nginx({ port, folder, options });
        await nginx.restart();
        return nginx;
      });
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The chat servers behind it, by HTTP. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Reads a changed configuration while it serves (`nginx -s reload`); resolves once the new workers serve. */
  async reload(changes: Partial<NginxOptions> = {}): Promise<void> {
    this.#options = { ...this.#options, ...changes };
    await this.#writeConfiguration();
    const signal = spawn(this.#path, [...this.#arguments(), '-s', 'reload'], { stdio: 'ignore' });
    const code = await new Promise((resolve) => signal.once('exit', resolve));
    if (code !== 0) throw new Error(`nginx -s reload ended with ${code}. ${await this.#complaint()}`);
    await this.#untilServing();
  }

  /** SIGKILL to the master and to every worker; resolves when they are gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const gone = hasEnded(child) ? null : new Promise((resolve) => child.once('exit', resolve));
    // The leash lets go, and what is left of the group ends.
    child.stdin?.destroy();
    await gone;
  }

  /** Kills what runs, and starts it again on the same port; resolves once it serves. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#writeConfiguration();
    this.#lastWords = '';
    const child = spawn('sh', ['-c', LEASH, 'sh', this.#path, ...this.#arguments()], {
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#lastWords += bytes.toString();
    });
    this.#child = child;
    await this.#untilServing();
  }

  async logs(): Promise<NginxLogs> {
    return { access: await this.#read('access.log'), errors: await this.#read('error.log') };
  }

  /** Ends it and removes its folder. Twice is harmless. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #arguments(): readonly string[] {
    // `-e` from the command line, or else the log that was compiled in is opened first.
    return ['-p', this.#folder, '-e', 'error.log', '-c', 'nginx.conf'];
  }

  async #writeConfiguration(): Promise<void> {
    this.#generation += 1;
    const settings = { ...this.#options, port: this.port, generation: this.#generation };
    await writeFile(join(this.#folder, 'nginx.conf'), nginxConfiguration(settings));
  }

  async #untilServing(): Promise<void> {
    const child = this.#child;
    const endMs = Date.now() + START_DEADLINE_MS;
    while ((await this.#servedGeneration()) !== this.#generation) {
      if (child === null || hasEnded(child) || Date.now() > endMs) {
        await this.kill();
        throw new Error(`nginx does not serve. ${await this.#complaint()}`);
      }
      await pause(20);
    }
  }

  async #servedGeneration(): Promise<number | null> {
    try {
      const response = await fetch(`${this.url}/generation`, { headers: { connection: 'close' } });
      return Number(await response.text());
    } catch {
      return null;
    }
  }

  async #complaint(): Promise<string> {
    return `${this.#lastWords}${(await this.#read('error.log')).split('\n').slice(-5).join('\n')}`;
  }

  #read(name: string): Promise<string> {
    return readFile(join(this.#folder, name), 'utf8').catch(() => '');
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Between the moment when a port was found free and the one when nginx takes it, another program may have. */
async function tryPorts(start: (port: number) => Promise<Nginx>): Promise<Nginx> {
  for (let tries = 1; ; tries += 1) {
    const holder = createServer();
    const port = await listenOnLoopback(holder, 0);
    await new Promise((resolve) => holder.close(resolve));
    try {
      return await start(port);
    } catch (error) {
      const isTaken = error instanceof Error && error.message.includes('Address already in use');
      if (!isTaken || tries === PORTS_TRIED) throw error;
    }
  }
}
