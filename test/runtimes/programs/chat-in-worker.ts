/** Has the chat in a worker, and ends with it. Takes what `chat.mjs` takes. */
import { Worker } from 'node:worker_threads';

const worker = new Worker(new URL('chat.mjs', import.meta.url), { argv: process.argv.slice(2) });
worker.once('error', (error) => {
  throw error;
});
worker.once('exit', (code) => {
  process.exitCode = code;
});
