/** The entry of `npm start`. */
import { randomInt } from 'node:crypto';
import { readArguments, USAGE } from './arguments.js';
import { createCleanUp } from './clean-up.js';
import { startPage } from './page-mode.js';
import { StartError } from './take-port.js';

const USAGE_EXIT = 2;

const cleanUp = createCleanUp();
const print = (line: string) => process.stdout.write(`${line}\n`);

let isEnding = false;

process.exit(await run());

async function run(): Promise<number> {
  const read = readArguments(process.argv.slice(2), randomInt(2 ** 32));
  switch (read.mode) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'wrong':
      process.stderr.write(`${read.reason}\n`);
      return USAGE_EXIT;
    case 'page':
      endOnSignal(0);
      return keepPage(read.port);
    case 'script': {
      endOnSignal(130);
      const { runScript } = await import('./script/run-script.js');
      return guard(() => runScript({ settings: read, cleanUp }));
    }
  }
}

function keepPage(port: number | null): Promise<number> {
  return guard(async () => {
    const address = await startPage({ port, cleanUp, print });
    print(`\n  chatsocket is at ${address}\n  Open it in two windows. Ctrl-C stops it.\n`);
    // A signal is the only end of the page.
    return new Promise<number>(() => undefined);
  });
}

async function guard(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    // What was half started when the user stopped it has nothing to say.
    if (isEnding) return 0;
    if (error instanceof StartError) process.stderr.write(`${error.message}\n`);
    else console.error(error);
    return 1;
  } finally {
    await cleanUp.run();
  }
}

/** Ctrl-C reaches this process more than once: from the terminal, and again through npm and tsx. */
function endOnSignal(code: number): void {
  const end = () => {
    isEnding = true;
    void cleanUp.run().then(() => process.exit(code));
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
}
