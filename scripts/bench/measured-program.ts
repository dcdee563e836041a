/** Runs a measuring program without tsx, bundled with the client as in an application, and takes its report. */
import { fork } from 'node:child_process';
import { type Bundle, bundle } from './bundle.js';

export interface MeasuredProgram {
  /** The program that measures, and those that it starts. */
  readonly entries: readonly [URL, ...URL[]];
  readonly args: (built: Bundle) => readonly string[];
}

/** The one message that the program sends. Rejects if it ends without. */
export async function reportOf({ entries, args }: MeasuredProgram): Promise<unknown> {
  const built = bundle(entries);
  try {
    const child = fork(built.file(entries[0]), args(built), { execArgv: ['--expose-gc'] });
    return await new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`The measuring program ended with ${code}.`)));
    });
  } finally {
    built.remove();
  }
}
