/** `npm run test:backends`: the clients of all families against real backends, which it installs where it may. Arguments go to vitest. */
import { ensureDjango } from './ensure-django.js';
import { ensureNetworkTools } from './ensure-network-tools.js';
import { ensureRedis } from './ensure-redis.js';
import { DJANGO_WAY_OUT } from './find-django.js';
import { REDIS_WAY_OUT } from './find-redis.js';
import { end, orEnd, runVitest } from './run-vitest.js';

process.env['REDIS_SERVER_PATH'] = orEnd(ensureRedis) ?? end(`No redis-server was found. ${REDIS_WAY_OUT}`);
process.env['DJANGO_PYTHON'] = orEnd(ensureDjango) ?? end(`No Python with Django was found. ${DJANGO_WAY_OUT}`);
ensureNetworkTools();
runVitest(['--project', 'backends', ...process.argv.slice(2)]);
