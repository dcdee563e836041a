/**
 * `npm run check:kill -- --times 30`: kills a real browser that often right after it persisted a message, and fails
 * where one is lost or arrives twice. `npm test` does the same ten times.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBrowser } from './ensure-browser.js';

const { values } = parseArgs({ options: { times: { type: 'string', default: '30' } } });
const times = Number(values.times);
if (!Number.isInteger(times) || times < 1) {
  console.error(`--times ${values.times} is not a number of kills, 1 or more.`);
  process.exit(1);
}

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const run = spawnSync(process.execPath, [vitest, 'run', '--project', 'page', 'test/page/kill.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, CHROME_PATH: ensureBrowser(), CHATSOCKET_KILLS: String(times) },
});
process.exitCode = run.status ?? 1;
