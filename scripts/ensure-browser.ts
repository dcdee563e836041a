/** Finds a browser to test with or, where there is none, installs one; else fails with one line and the way out. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { aptInstall, type Commands, isRootOnDebian, succeeds } from './apt.js';
import { findBrowser, playwrightBrowser, WAY_OUT } from './find-browser.js';

interface Attempt {
  /** What is said before it starts. */
  readonly label: string;
  readonly commands: Commands;
}

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
  return { label: 'apt installs the one of this system.', commands: aptInstall('chromium') };
}

function playwright(...args: string[]): [string, ...string[]] {
  const manifest = createRequire(import.meta.url).resolve('playwright/package.json');
  return [process.execPath, join(dirname(manifest), 'cli.js'), ...args];
}
