/** Threads that share the work: each gets its next piece when it is done with the last. */

import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { RunResult } from './run-plan.js';
import type { WorkerAnswer, WorkerRequest } from './worker.js';

export interface FleetOptions {
  /** A bundle made by `bundleWorker`. */
  readonly path: string;
  readonly threads: number;
}

/**
 * Read by the engine of each thread as it begins. Every run leaves a world behind: with room for some of them from the
 * start the collector seldom has to look. And what is run a few thousand times is not worth much inlining.
 */
const ENGINE_FLAGS = [
  '--min-semi-space-size=128',
  '--max-semi-space-size=128',
  '--max-inlined-bytecode-size-cumulative=250',
];

export class Fleet {
  readonly #workers: Worker[];

  constructor({ path, threads }: FleetOptions) {
    for (const flag of ENGINE_FLAGS) setFlagsFromString(flag);
    this.#workers = Array.from({ length: threads }, () => new Worker(path));
  }

  /** Calls `onResult` for every piece of work, in the order in which they end; false from it ends the rest. */
  async run(work: readonly WorkerRequest['work'][], onResult: (result: RunResult) => boolean): Promise<void> {
    let next = 0;
    let goesOn = true;
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (let piece = work[next]; piece !== undefined && goesOn; piece = work[next]) {
          const number = next;
          next += 1;
          const { result } = await ask(worker, { number, work: piece });
          goesOn = goesOn && onResult(result);
        }
      }),
    );
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, request: WorkerRequest): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      worker.off('message', onMessage);
      worker.off('error', onError);
    };
    const onMessage = (answer: WorkerAnswer) => {
      stop();
      resolve(answer);
    };
    const onError = (error: Error) => {
      stop();
      reject(error);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(request);
  });
}
