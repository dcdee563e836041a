/** Finds a Chrome or Chromium to test with, and says how to start it. Installs nothing: see ensure-browser.ts. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

/** What Playwright needs to start the browser. */
export interface BrowserLaunch {
  readonly executablePath: string;
  readonly args: string[];
}

export const WAY_OUT =
  'Install Chrome or Chromium, or set CHROME_PATH to the executable of one, and run the command again.';

const ARGS: readonly string[] = [
  // The tests run as root in containers, where Chromium has no sandbox to offer.
  '--no-sandbox',
  '--disable-gpu',
  // QUIC would go around proxies that the tests put in the way.
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const NAMES_ON_PATH = ['google-chrome-stable', 'google-chrome', 'chrome', 'chromium', 'chromium-browser'];
const PROBE_TIMEOUT_MS = 20_000;

/** How to start the browser; throws one line with the way out if there is none. */
export function browserLaunch(): BrowserLaunch {
  const executablePath = findBrowser();
  if (executablePath === null) throw new Error(`No Chrome or Chromium was found. ${WAY_OUT}`);
  return launchOf(executablePath);
}

/** How to start the browser at this path. */
export function launchOf(executablePath: string): BrowserLaunch {
  return { executablePath, args: [...ARGS] };
}

/**
 * The path of a browser that starts, or null. `CHROME_PATH` wins, and throws if it names none: falling back to
 * another browser would hide the mistake.
 */
export function findBrowser(): string | null {
  const named = process.env['CHROME_PATH'];
  if (named !== undefined && named !== '') {
    if (!starts(named)) throw new Error(`CHROME_PATH is ${named}, which is no browser that starts. ${WAY_OUT}`);
    return named;
  }
  return candidates().find(starts) ?? null;
}

/** Every place to look, the best first: the build that Playwright was made for, then what the machine has. */
function candidates(): string[] {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => NAMES_ON_PATH.map((name) => join(folder, name)));
  return [playwrightBrowser(), ...onPath, ...usualPlaces()];
}

/** Where Playwright keeps its own Chromium, whether or not it is there. */
export function playwrightBrowser(): string {
  return chromium.executablePath();
}

function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    const apps = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium'];
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) => apps.map((app) => join(folder, app)));
  }
  if (process.platform === 'win32') {
    const apps = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe'];
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
      .flatMap((name) => process.env[name] ?? [])
      .flatMap((folder) => apps.map((app) => join(folder, app)));
  }
  return ['/opt/google/chrome/chrome', '/usr/lib/chromium/chromium', '/snap/bin/chromium'];
}

/** Some Linux systems put a script in the place that only says how to install the browser; so it is asked for its version. */
function starts(path: string): boolean {
  if (!isExecutable(path)) return false;
  // Chrome on Windows opens a window instead of printing its version.
  if (process.platform === 'win32') return true;
  const probe = spawnSync(path, ['--version'], { encoding: 'utf8', stdio: 'pipe', timeout: PROBE_TIMEOUT_MS });
  return probe.status === 0 && /Chrom(e|ium)/.test(probe.stdout);
}

function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
