/** The page dies at every step of a life, and again in the life after it: what was promised is in the log once, in order. */

import { describe, expect, test } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import { createStoredWorld, type StoredWorld } from '../support/stored-world.js';

const HEAL_MS = 120_000;
/** More than any of these lives has. */
const STEPS_MAX = 200;

interface Life {
  readonly world: StoredWorld;
  /** False where the page has died already. */
  readonly write: (text: string) => void;
}

type Act = (life: Life) => unknown;

const LIVES: readonly (readonly [name: string, acts: readonly Act[]])[] = [
  ['sends before there is a connection', [writeAll('one', 'two', 'three'), connect, wait(1_000)]],
  ['sends on an open connection', [connect, wait(100), writeAll('one', 'two', 'three'), wait(1_000)]],
  [
    'sends before, during and after a loss',
    [
      connect,
      writeAll('one', 'two'),
      wait(0),
      ({ world }) => world.server.connection.dropAbruptly(),
      writeAll('three'),
      wait(10_000),
      writeAll('four', 'five'),
      wait(1_000),
    ],
  ],
  [
    'gets no acks for a while',
    [
      connect,
      wait(100),
      ({ world }) => world.server.dropAck(),
      ({ world }) => world.server.dropAck(),
      writeAll('one', 'two', 'three'),
      wait(60_000),
    ],
  ],
  [
    'is told to wait',
    [
      connect,
      wait(100),
      ({ world }) => world.server.nack('RATE_LIMIT', { retryAfterMs: 2_000 }),
      writeAll('one', 'two', 'three'),
      wait(10_000),
    ],
  ],
  ['has a slow disk', [slowDisk, connect, writeAll('one', 'two'), wait(1_000), writeAll('three'), wait(60_000)]],
  [
    'has a dead link',
    [
      connect,
      wait(100),
      ({ world }) => world.server.connection.blackhole('both'),
      writeAll('one', 'two'),
      wait(60_000),
    ],
  ],
];

describe.each(LIVES)('a page that %s', (_name, acts) => {
  test('lives to its end when nothing happens', async () => {
    const { arrived, steps } = await live(acts, []);

    expect(arrived.length).toBeGreaterThan(1);
    expect(steps).toBeLessThan(STEPS_MAX);
  });

  test.each([null, 1, 2, 4, 7])('F69 F25 DS-3 DS-4 DS-9 dies at every step, and again %j steps later', async (gap) => {
    const { steps } = await live(acts, []);
    let deathsMax = 0;

    for (let step = 1; step <= steps; step += 1) {
      const { trouble, died } = await live(acts, gap === null ? [step] : [step, step + gap]);

      expect(trouble, `dying at step ${step} of ${steps}`).toEqual([]);
      deathsMax = Math.max(deathsMax, died);
    }

    expect(deathsMax).toBe(gap === null ? 1 : 2);
  });
});

/** Acts, with a death at each of these steps, and what is wrong after a last life in peace. */
async function live(acts: readonly Act[], deaths: readonly number[]) {
  const world = createStoredWorld();
  const promised: string[] = [];
  const written: string[] = [];
  let steps = 0;
  let died = 0;
  let page: ChatSocketClient | null = world.client;
  const countStep = () => {
    steps += 1;
    if (page === null || !deaths.includes(steps)) return;
    world.crash(page);
    page = null;
    died += 1;
  };
  world.store.onStep = countStep;
  world.transport.onConnection((connection) => connection.onFrame(countStep));

  const write = (text: string) => {
    if (page !== world.client) return;
    written.push(text);
    page.send(text).persisted.then(({ durable }) => {
      if (durable) promised.push(text);
    });
  };
  for (const act of acts) if (page === world.client) await attempt(() => act({ world, write }));
  while (page === null && steps < Math.max(...deaths)) {
    page = world.restart();
    page.connect();
    await world.clock.advance(10_000);
    if (page !== null) break;
  }
  const livedSteps = steps;

  world.store.onStep = () => {};
  let last = page ?? world.restart();
  page = last;
  last.connect();
  await world.clock.advance(HEAL_MS);
  if (page === null) {
    last = world.restart();
    last.connect();
    await world.clock.advance(HEAL_MS);
  }
  const arrived = world.server.log.map(({ content }) => content);
  const trouble = await judge(world, last, { arrived, written, promised });
  return { arrived, steps: livedSteps, died, trouble };
}

/** What is wrong in the end. */
async function judge(
  world: StoredWorld,
  page: ChatSocketClient,
  { arrived, written, promised }: Readonly<Record<'arrived' | 'written' | 'promised', readonly string[]>>,
): Promise<string[]> {
  const trouble = promised.filter((text) => !arrived.includes(text)).map((text) => `lost: ${text}`);
  const inOrder = written.filter((text) => arrived.includes(text));
  if (arrived.join() !== inOrder.join()) trouble.push(`arrived ${arrived}, written ${written}`);
  const shown = page.snapshot.messages.map(({ content }) => content);
  if (shown.join() !== arrived.join()) trouble.push(`shows ${shown}, arrived ${arrived}`);
  if (world.store.disk.size > 0) trouble.push(`${world.store.disk.size} rows left`);
  if (page.outbox.list().length > 0) trouble.push('the outbox is not empty');
  const ended = page.close();
  await world.clock.advance(10_000);
  await world.assertClean({ ended }).catch((error: unknown) => trouble.push(String(error)));
  return trouble;
}

/** A dead connection says nothing. */
async function attempt(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch {}
}

function connect({ world }: Life): void {
  world.client.connect();
}

function slowDisk({ world }: Life): void {
  world.store.delayMs = 300;
}

function wait(ms: number): Act {
  return ({ world }) => world.clock.advance(ms);
}

function writeAll(...texts: readonly string[]): Act {
  return ({ write }) => {
    for (const text of texts) write(text);
  };
}
