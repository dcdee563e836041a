/** Finds a Redis to test with or, as root on Debian, installs one; null where there is none and none could be had. */
import { aptInstall, isRootOnDebian, succeeds, withoutServices } from './apt.js';
import { findRedis } from './find-redis.js';

export function ensureRedis(): string | null {
  const found = findRedis();
  if (found !== null || !isRootOnDebian()) return found;
  console.log('No redis-server was found: apt installs the one of this system.');
  const isInstalled = withoutServices(() => aptInstall('redis-server').every(succeeds));
  // Nor is it to start with the machine: the tests start their own.
  if (isInstalled) succeeds(['update-rc.d', 'redis-server', 'disable']);
  return findRedis();
}
