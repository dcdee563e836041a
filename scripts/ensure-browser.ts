/** Finds a browser to test with or, where there is none, installs one; else fails with one line and the way out. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findBrowser, playwrightBrowser, WAY_OUT } from './find-browser.js';

interface Attempt {
  /** What is said before it starts. */
  readonly label: string;
  /** Run one after the other, until one fails. */
  readonly commands: readonly (readonly [command: string, ...args: string[]])[];
}

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** The path of a browser that starts. */
export function ensureBrowser(): string {
  const found = findBrowser();
  if (found !== null) return found;

  for (const makeAttempt of [playwrightDownload, playwrightLibraries, debianPackage]) {
    const attempt = makeAttempt();
    if (attempt === null) continue;
    console.log(`No Chrome or Chromium was found: ${attempt.label}`);
    if (!attempt.commands.every(succeeds)) continue;
    const installed = findBrowser();
    if (installed !== null) return installed;
  }
  throw new Error(`No Chrome or Chromium was found, and none could be installed. ${WAY_OUT}`);
}

function playwrightDownload(): Attempt {
  return { label: 'Playwright downloads one.', commands: [playwright('install', 'chromium')] };
}

/** A bare container may have the downloaded browser but not the libraries it is linked to. */
function playwrightLibraries(): Attempt | null {
  if (!existsSync(playwrightBrowser()) || !isRootOnDebian()) return null;
  return { label: 'apt installs what the downloaded one needs.', commands: [playwright('install-deps', 'chromium')] };
}

function debianPackage(): Attempt | null {
  if (!isRootOnDebian()) return null;
  return {
    label: 'apt installs the one of this system.',
    commands: [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium'],
    ],
  };
}

function playwright(...args: string[]): [string, ...string[]] {
  const manifest = createRequire(import.meta.url).resolve('playwright/package.json');
  return [process.execPath, join(dirname(manifest), 'cli.js'), ...args];
}

function isRootOnDebian(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** Shows what the command said only if it failed, and then one line: a download bar would fill the log of a test run. */
function succeeds([command, ...args]: readonly [string, ...string[]]): boolean {
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
