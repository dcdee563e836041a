/** Talkers in a process of their own, which may have another network than this one. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Call, TalkerCalls } from './talker-calls.js';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAM = fileURLToPath(new URL('talker-program.ts', import.meta.url));
const START_DEADLINE_MS = 30_000;

type Request<Name extends keyof TalkerCalls> = Parameters<TalkerCalls[Name]>[0];
type Result<Name extends keyof TalkerCalls> = Awaited<ReturnType<TalkerCalls[Name]>>;

interface Pending {
  resolve(result: unknown): void;
  reject(reason: Error): void;
}

export class RemoteTalkers {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #lastWords = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#lastWords += bytes.toString();
    });
    child.on('message', (message) => this.#take(message));
    void this.#exited.then(() => {
      const error = new Error(`The talkers have ended. ${this.#lastWords}`.trim());
      for (const { reject } of this.#pending.values()) reject(error);
    });
  }

  /** `runner` goes before the command. Resolves once they can be called; rejects with their last words where they end before. */
  static async start(runner: readonly string[]): Promise<RemoteTalkers> {
    const { PATH, HOME, TMPDIR } = process.env;
    const [command = process.execPath, ...args] = [...runner, process.execPath, '--import', 'tsx', PROGRAM];
    const child = spawn(command, args, {
      cwd: PROJECT,
      env: { PATH, HOME, TMPDIR },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const talkers = new RemoteTalkers(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), START_DEADLINE_MS);
    // The first word is said without a call.
    await new Promise((resolve, reject) => talkers.#pending.set(0, { resolve, reject })).finally(() =>
      clearTimeout(timer),
    );
    return talkers;
  }

  /** Rejects with what the other side threw, or when it ends. */
  call<Name extends keyof TalkerCalls>(name: Name, request: Request<Name>): Promise<Result<Name>> {
    this.#calls += 1;
    const call: Call = { callId: this.#calls, name, request };
    return new Promise<unknown>((resolve, reject) => {
      this.#pending.set(call.callId, { resolve, reject });
      this.#child.send(call, (error) => {
        if (error !== null) reject(error);
      });
      // What the program answers to this call is its result.
    }) as Promise<Result<Name>>;
  }

  /** Resolves when the process is gone. Twice is harmless. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #take(message: unknown): void {
    // Only the program is at the other end of the channel.
    const answer = message as Answer;
    const pending = this.#pending.get(answer.callId);
    this.#pending.delete(answer.callId);
    if ('error' in answer) pending?.reject(new Error(answer.error));
    else pending?.resolve(answer.result);
  }
}
