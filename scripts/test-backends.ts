/** `npm run test:backends`: of `npm test` the tests at real backends alone; ends where they cannot run. Arguments go to vitest. */
import { ensureBrowser } from './ensure-browser.js';
import { ensureDjango } from './ensure-django.js';
import { ensureNetworkTools } from './ensure-network-tools.js';
import { ensureRedis } from './ensure-redis.js';
import { DJANGO_WAY_OUT } from './find-django.js';
import { REDIS_WAY_OUT } from './find-redis.js';
import { end, orEnd, runVitest } from './run-vitest.js';

process.env['REDIS_SERVER_PATH'] = orEnd(ensureRedis) ?? end(`No redis-server was found. ${REDIS_WAY_OUT}`);
process.env['DJANGO_PYTHON'] = orEnd(ensureDjango) ?? end(`No Python with Django was found. ${DJANGO_WAY_OUT}`);
process.env['CHROME_PATH'] = orEnd(ensureBrowser);
ensureNetworkTools();
runVitest(['--project', 'backends', ...process.argv.slice(2)]);
