/** `npm test`: every test, those in a real browser, in real networks and on newer Nodes too. Arguments go to vitest. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ensureBrowser } from './ensure-browser.js';
import { ensureDjango } from './ensure-django.js';
import { ensureNetworkTools, mustRunEverything } from './ensure-network-tools.js';
import { ensureNodes } from './ensure-nodes.js';
import { ensureRedis } from './ensure-redis.js';
import { DJANGO_WAY_OUT } from './find-django.js';
import { REDIS_WAY_OUT } from './find-redis.js';

const redis = orEnd(ensureRedis);
if (redis === null && mustRunEverything())
  end(`No redis-server was found, and none could be installed. ${REDIS_WAY_OUT}`);
if (redis !== null) process.env['REDIS_SERVER_PATH'] = redis;
const django = ensureDjango();
if (django === null && mustRunEverything())
  end(`No Python with Django was found, and none could be installed. ${DJANGO_WAY_OUT}`);
if (django !== null) process.env['DJANGO_PYTHON'] = django;
process.env['CHROME_PATH'] = orEnd(ensureBrowser);
ensureNodes();
const missing = ensureNetworkTools();
// What must run and cannot, fails by itself and says why.
const leftOut = mustRunEverything() ? [] : missing;

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const exclusions = leftOut.flatMap(({ file }) => ['--exclude', file]);
const run = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2), ...exclusions], { stdio: 'inherit' });

run.once('error', (error) => {
  console.error(`vitest did not start: ${error.message}`);
  process.exitCode = 1;
});
run.once('exit', (code) => {
  process.exitCode = code ?? 1;
  for (const { file, fault } of leftOut) console.log(`Not run here: ${file}. ${fault}`);
  if (redis === null) console.log(`\nThe tests of several servers on one Redis did not run. ${REDIS_WAY_OUT}`);
  if (django === null) console.log(`\nThe tests against Django did not run. ${DJANGO_WAY_OUT}`);
});
// A Ctrl-C reaches vitest by itself, since both are in the same group of processes; this one waits for its end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => run.kill(signal));

/** What cannot be had at all ends the run with one line. */
function orEnd<Found>(ensure: () => Found): Found {
  try {
    return ensure();
  } catch (error) {
    return end(error instanceof Error ? error.message : String(error));
  }
}

function end(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
