/** `npm test`: every test but those of `npm run test:backends`; in a real browser, in real networks and on newer Nodes too. Arguments go to vitest. */
import { ensureBrowser } from './ensure-browser.js';
import { ensureNetworkTools, mustRunEverything } from './ensure-network-tools.js';
import { ensureNodes } from './ensure-nodes.js';
import { ensureRedis } from './ensure-redis.js';
import { REDIS_WAY_OUT } from './find-redis.js';
import { end, orEnd, runVitest } from './run-vitest.js';

const redis = orEnd(ensureRedis);
if (redis === null && mustRunEverything())
  end(`No redis-server was found, and none could be installed. ${REDIS_WAY_OUT}`);
if (redis !== null) process.env['REDIS_SERVER_PATH'] = redis;
process.env['CHROME_PATH'] = orEnd(ensureBrowser);
ensureNodes();
const missing = ensureNetworkTools();
// What must run and cannot, fails by itself and says why.
const leftOut = mustRunEverything() ? [] : missing;
const exclusions = ['test/backends/**', ...leftOut.map(({ file }) => file)].flatMap((file) => ['--exclude', file]);

runVitest([...process.argv.slice(2), ...exclusions], () => {
  for (const { file, fault } of leftOut) console.log(`Not run here: ${file}. ${fault}`);
  if (redis === null) console.log(`\nThe tests of several servers on one Redis did not run. ${REDIS_WAY_OUT}`);
});
