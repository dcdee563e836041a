/** `npm test`: every test; in a real browser, in real networks, at real backends and on newer Nodes too. Arguments go to vitest. */
import { ensureBrowser } from './ensure-browser.js';
import { ensureDjango } from './ensure-django.js';
import { ensureNetworkTools, mustRunEverything } from './ensure-network-tools.js';
import { ensureNodes } from './ensure-nodes.js';
import { ensureRedis } from './ensure-redis.js';
import { DJANGO_TESTS, DJANGO_WAY_OUT } from './find-django.js';
import { REDIS_WAY_OUT } from './find-redis.js';
import { end, orEnd, runVitest } from './run-vitest.js';

const redis = orEnd(ensureRedis);
const django = orEnd(ensureDjango);
if (mustRunEverything()) {
  if (redis === null) end(`No redis-server was found, and none could be installed. ${REDIS_WAY_OUT}`);
  if (django === null) end(`No Python with Django was found, and none could be installed. ${DJANGO_WAY_OUT}`);
}
if (redis !== null) process.env['REDIS_SERVER_PATH'] = redis;
if (django !== null) process.env['DJANGO_PYTHON'] = django;
process.env['CHROME_PATH'] = orEnd(ensureBrowser);
ensureNodes();
const missing = ensureNetworkTools();
// What must run and cannot, fails by itself and says why.
const leftOut = mustRunEverything() ? [] : [...missing, ...withoutDjango()];

runVitest([...process.argv.slice(2), ...leftOut.flatMap(({ file }) => ['--exclude', file])], () => {
  for (const { file, fault } of leftOut) console.log(`Not run here: ${file}. ${fault}`);
  if (redis === null) console.log(`\nThe tests of several servers on one Redis did not run. ${REDIS_WAY_OUT}`);
});

function withoutDjango(): readonly { readonly file: string; readonly fault: string }[] {
  if (django === null) return [{ file: DJANGO_TESTS, fault: `No Python with Django was found. ${DJANGO_WAY_OUT}` }];
  // Channels and Celery speak through it.
  return redis === null ? [{ file: DJANGO_TESTS, fault: `No redis-server was found. ${REDIS_WAY_OUT}` }] : [];
}
