/** A program of the bench: started, asked, and ended. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface Program {
  /** What the program said first. */
  readonly greeting: unknown;
  /** One order at a time. Rejects where the program ends without an answer. */
  ask(order: object): Promise<unknown>;
  /** Twice is harmless. */
  stop(): Promise<void>;
}

export async function startProgram(
  file: string,
  args: readonly string[],
  execArgv: readonly string[],
): Promise<Program> {
  const child = fork(file, [...args], { execArgv: [...execArgv] });
  const greeting = await nextWord(child);
  return {
    greeting,
    async ask(order) {
      const answer = nextWord(child);
      child.send(order);
      return answer;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const hasEnded = once(child, 'exit');
      child.kill('SIGKILL');
      await hasEnded;
    },
  };
}

function nextWord(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A program of the bench ended with ${code}.`));
    child.once('exit', onExit);
    child.once('message', (word) => {
      child.off('exit', onExit);
      resolve(word);
    });
  });
}
