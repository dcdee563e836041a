import { expect, onTestFinished, test, vi } from 'vitest';
import { browserPageSignals } from '../../src/platform/browser-page-signals.js';
import type { PageSignal } from '../../src/ports/page-signals.js';
import { makeClient, untilSnapshot } from './stage/browser-chat.js';
import { Stage } from './stage/stage.js';
import { watchListeners } from './stage/watched-listeners.js';

test.each<[PageSignal, () => void]>([
  ['hidden', () => becomeVisibility('hidden')],
  ['visible', () => becomeVisibility('visible')],
  ['hidden', () => document.dispatchEvent(new Event('freeze'))],
  ['resumed', () => document.dispatchEvent(new Event('resume'))],
  ['page-shown', () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))],
  ['page-left', () => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))],
  ['online', () => dispatchEvent(new Event('online'))],
  ['offline', () => dispatchEvent(new Event('offline'))],
  ['focused', () => dispatchEvent(new FocusEvent('focus'))],
])('tells %s once, and nothing after the end of the subscription', (signal, happen) => {
  const seen: PageSignal[] = [];
  const unsubscribe = browserPageSignals().subscribe((one) => seen.push(one));

  happen();
  unsubscribe();
  happen();

  expect(seen).toEqual([signal]);
});

test('says whether the page is hidden and online', () => {
  const signals = browserPageSignals();
  const before = [signals.isHidden(), signals.isOnline()];

  becomeVisibility('hidden');
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);

  expect(before).toEqual([false, true]);
  expect([signals.isHidden(), signals.isOnline()]).toEqual([true, false]);
});

test('UP-39 leaves no listener on the page after a thousand subscriptions', () => {
  const listeners = watchListeners();
  const signals = browserPageSignals();
  const end = signals.subscribe(() => {});
  const countWhileSubscribed = listeners.count;
  end();

  for (let round = 0; round < 1_000; round += 1) signals.subscribe(() => {})();

  expect(countWhileSubscribed).toBe(8);
  expect(listeners.count).toBe(0);
});

test('UP-39 UP-24 leaves no listener and no connection after ten stays at the server', async () => {
  const stage = await Stage.openForTest();
  const { url } = await stage.ask('startChat', [location.origin]);
  const client = makeClient(stage, 'Ada', url);
  const listeners = watchListeners();
  const countsWhileOpen = new Set<number>();

  for (let stay = 0; stay < 10; stay += 1) {
    client.connect();
    await client.whenOpen();
    countsWhileOpen.add(listeners.count);
    await client.close();
  }

  expect([...countsWhileOpen]).toEqual([8]);
  expect(listeners.count).toBe(0);
  await expect.poll(() => stage.ask('connectionCount'), { timeout: 8_000 }).toBe(0);
});

test('UP-37 waits with its next dial while the page is left, and dials once it is shown again', async () => {
  const stage = await Stage.openForTest();
  const { linkUrl } = await stage.ask('startChat', [location.origin]);
  const client = makeClient(stage, 'Ada', linkUrl);
  const errors: unknown[] = [];
  client.on('error', (trouble) => errors.push(trouble));
  client.connect();
  await client.whenOpen();

  dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
  stage.tell('cutLink');
  await untilSnapshot(client, 'the loss', ({ connection }) => connection.status !== 'open');
  const { connection } = client.snapshot;
  dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  await client.whenOpen();

  expect(connection).toMatchObject({ status: 'connecting', phase: 'waiting', retryAtMs: null });
  expect(client.snapshot.connection).toMatchObject({ status: 'open', recovered: 'full' });
  expect(errors).toEqual([]);
});

function becomeVisibility(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  document.dispatchEvent(new Event('visibilitychange'));
}
