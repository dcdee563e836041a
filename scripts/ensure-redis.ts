/** Finds a Redis to test with or, as root on Debian, installs one; null where there is none and none could be had. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findRedis } from './find-redis.js';

const INSTALL_TIMEOUT_MS = 5 * 60_000;

export function ensureRedis(): string | null {
  const found = findRedis();
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null;
  console.log('No redis-server was found: apt installs the one of this system.');
  const isInstalled = [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
  ].every(succeeds);
  return isInstalled ? findRedis() : null;
}

function succeeds([command = '', ...options]: readonly string[]): boolean {
  // A container has no services to start, and a machine of somebody's needs none for tests that start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const run = spawnSync(command, options, { encoding: 'utf8', env, timeout: INSTALL_TIMEOUT_MS });
  if (run.status !== 0) console.log(`  That failed: ${(run.stderr ?? '').trim().split('\n').at(-1) ?? ''}`);
  return run.status === 0;
}
