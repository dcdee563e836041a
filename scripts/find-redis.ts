/** Where the `redis-server` of this machine is. */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';

export const REDIS_WAY_OUT =
  'Install Redis 6.2 or newer (Debian: `apt-get install redis-server`; macOS: `brew install redis`), or set ' +
  'REDIS_SERVER_PATH to a redis-server.';

/** The path of one that runs; null where there is none. */
export function findRedis(): string | null {
  const { REDIS_SERVER_PATH, PATH = '' } = process.env;
  if (REDIS_SERVER_PATH !== undefined && REDIS_SERVER_PATH !== '') return runs(REDIS_SERVER_PATH);
  // Debian keeps servers out of the PATH of users.
  const folders = [...PATH.split(delimiter), '/usr/bin', '/usr/sbin', '/usr/local/bin'];
  for (const folder of new Set(folders)) {
    const found = runs(join(folder, 'redis-server'));
    if (found !== null) return found;
  }
  return null;
}

function runs(path: string): string | null {
  return spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0 ? path : null;
}
