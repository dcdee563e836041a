/** `npm run start:django`: the Django backend and its page, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { createCleanUp } from '../play/clean-up.js';
import { startDjango } from './launch/start-django.js';

const USAGE = `npm run start:django                     Redis, Daphne, a Celery worker and a page; prints the address
npm run start:django -- --port 8000      on a port of your choice (default: a free one)
npm run start:django -- --origins http://localhost:3000,http://localhost:5173
                                         pages of yours that may connect
`;

const cleanUp = createCleanUp();
let isEnding = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Ctrl-C may reach this process more than once.
  process.on(signal, () => {
    isEnding = true;
    void cleanUp.run().then(() => process.exit(0));
  });
}

try {
  await run();
} catch (error) {
  // What was half started when the user stopped it has nothing to say.
  if (!isEnding) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    await cleanUp.run();
    process.exit(1);
  }
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, origins: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  process.stdout.write('Starting Redis, Daphne and a worker …\n');
  const django = await startDjango({
    cleanUp,
    port: Number(values.port ?? 0),
    origins: values.origins?.split(',') ?? [],
    page: {},
  });
  process.stdout.write(`
  Django is at ${django.url}
  Account: testuser, password: ${django.password}
  Redis:   127.0.0.1:${django.redisPort}   (redis-cli -p ${django.redisPort} HSET faults fails-midway 1)
  Ctrl-C stops it.
`);
}
