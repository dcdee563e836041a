/** Starting and ending the Django backend: one command, and nothing is left behind, however it ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startDjango } from '../../examples/django/launch/start-django.js';
import { waitUntil } from '../../examples/play/script/waiting.js';
import { alive, descendantsOf } from './support/processes.js';

const ENTRY = fileURLToPath(new URL('../../examples/django/start.ts', import.meta.url));
const END_DEADLINE_MS = 30_000;

/** The command of the README, in a folder for temporary files of its own. */
async function startCommand(): Promise<{ child: ChildProcess; folder: string; words: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'chatsocket-start-'));
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  let words = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    words += bytes.toString();
  });
  expect(await waitUntil(() => words.includes('Ctrl-C') || child.exitCode !== null, 60_000)).toBe(true);
  return { child, folder, words };
}

describe('the start of the Django backend', () => {
  test('the command starts a backend that serves its page', async () => {
    const { words } = await startCommand();

    const url = /Django is at (\S+)/.exec(words)?.[1] ?? '';
    const page = await fetch(url);
    const script = await fetch(`${url}/page/page.js`);

    expect([page.status, script.status]).toEqual([200, 200]);
    expect(await page.text()).toContain('<title>');
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('nothing outlives a starter that ends by %s', async (signal) => {
    const { child, folder } = await startCommand();
    const pids = descendantsOf(child.pid ?? 0);

    child.kill(signal);

    // Redis, Daphne and the worker, each with the one that watches it.
    expect(pids.length).toBeGreaterThanOrEqual(6);
    expect(await waitUntil(() => alive(pids).length === 0, END_DEADLINE_MS)).toBe(true);
    // Who is killed outright cannot tidy up.
    if (signal !== 'SIGKILL') expect(readdirSync(folder).filter((name) => name.includes('django'))).toEqual([]);
  });

  test('a start that fails leaves nothing behind and says why', async () => {
    const before = descendantsOf(process.pid);

    await expect(startDjango({ settings: { DATABASE_URL: 'nonsense://' } })).rejects.toThrow(/DATABASE_URL/);

    expect(await waitUntil(() => alive(descendantsOf(process.pid)).length <= before.length, END_DEADLINE_MS)).toBe(
      true,
    );
  });

  test('no process is left after a stop; stopping twice, and killing what is gone, is harmless', async () => {
    const before = descendantsOf(process.pid);
    const django = await startDjango();
    const pids = descendantsOf(process.pid).filter((pid) => !before.includes(pid));

    await django.killDaphne();
    await django.killDaphne();
    await django.killWorker();
    await Promise.all([django.stop(), django.stop()]);
    await django.killWorker();

    expect(pids.length).toBeGreaterThanOrEqual(6);
    expect(await waitUntil(() => alive(pids).length === 0, END_DEADLINE_MS)).toBe(true);
    await expect(fetch(django.url)).rejects.toThrow();
  });
});
