/** Installs packages on a Debian machine whose owner we are, and starts nothing that they bring. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** Run one after the other, until one fails. */
export type Commands = readonly (readonly [command: string, ...args: string[]])[];

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** Debian asks this program before it starts a service of a package that was just installed. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';
const FORBIDS_ALL = '#!/bin/sh\nexit 101\n';

export function isRootOnDebian(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** What installs these packages. */
export function aptInstall(...packages: string[]): Commands {
  // Somebody else may be installing too.
  const patience = ['-o', 'DPkg::Lock::Timeout=120'];
  return [
    ['apt-get', 'update', '-qq', ...patience],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...patience, ...packages],
  ];
}

/** Keeps services from being started while `install` runs; a policy that the machine has already stays as it is. */
export function withoutServices<Result>(install: () => Result): Result {
  if (existsSync(SERVICE_POLICY)) return install();
  writeFileSync(SERVICE_POLICY, FORBIDS_ALL, { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(SERVICE_POLICY, { force: true });
  }
}

/** Shows what the command said only if it failed, and then one line: a download bar would fill the log of a test run. */
export function succeeds([command, ...args]: readonly [string, ...string[]]): boolean {
  const run = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: INSTALL_TIMEOUT_MS,
  });
  if (run.status === 0) return true;
  const lines = `${run.stderr ?? ''}\n${run.stdout ?? ''}\n${run.error?.message ?? ''}`.split('\n');
  const complaint = lines.find((line) => /error|^E:|failed|ETIMEDOUT/i.test(line)) ?? lines.find((line) => line !== '');
  console.log(`  That failed: ${complaint?.trim() ?? `${command} ended with ${run.status ?? run.signal}`}`);
  return false;
}
