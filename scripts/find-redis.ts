/** Where the `redis-server` of this machine is. */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const REDIS_WAY_OUT =
  'Install Redis 6.2 or newer (Debian: `apt-get install redis-server`; macOS: `brew install redis`), or set ' +
  'REDIS_SERVER_PATH to a redis-server.';

/**
 * The path of one that runs, or null. `REDIS_SERVER_PATH` wins, and throws if it names none: falling back to another
 * one would hide the mistake.
 */
export function findRedis(): string | null {
  const { REDIS_SERVER_PATH, PATH = '' } = process.env;
  if (REDIS_SERVER_PATH !== undefined && REDIS_SERVER_PATH !== '') {
    if (runs(REDIS_SERVER_PATH)) return REDIS_SERVER_PATH;
    throw new Error(`REDIS_SERVER_PATH is ${REDIS_SERVER_PATH}, which is no redis-server that runs. ${REDIS_WAY_OUT}`);
  }
  // Debian keeps servers out of the PATH of users.
  const folders = [
    ...PATH.split(delimiter).filter((folder) => folder !== ''),
    '/usr/bin',
    '/usr/sbin',
    '/usr/local/bin',
  ];
  return [...new Set(folders)].map((folder) => join(folder, 'redis-server')).find(runs) ?? null;
}

function runs(path: string): boolean {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0;
}
