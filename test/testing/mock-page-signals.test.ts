import { describe, expect, test } from 'vitest';
import type { PageSignal } from '../../src/ports/page-signals.js';
import { mockPageSignals } from '../../src/testing/mock-page-signals.js';

describe('mockPageSignals', () => {
  test('is visible and online at first', () => {
    const page = mockPageSignals();

    expect([page.isHidden(), page.isOnline(), page.listenerCount]).toEqual([false, true, 0]);
  });

  test('tells each change once, and its state has changed by then', () => {
    const page = mockPageSignals();
    const seen: string[] = [];
    page.subscribe((signal) => seen.push(`${signal} ${page.isHidden()}`));

    page.show();
    page.hide();
    page.hide();
    page.show();

    expect(seen).toEqual(['hidden true', 'visible false']);
  });

  test.each<[string, (page: ReturnType<typeof mockPageSignals>) => void, PageSignal[]]>([
    ['a freeze and its end', (page) => [page.freeze(), page.resume()], ['hidden', 'resumed', 'visible']],
    [
      'the back/forward cache',
      (page) => [page.leave(), page.comeBack()],
      ['page-left', 'hidden', 'resumed', 'visible', 'page-shown'],
    ],
    ['the network', (page) => [page.goOffline(), page.goOnline()], ['offline', 'online']],
    ['focus and an odd signal', (page) => [page.focus(), page.emit('visible')], ['focused', 'visible']],
  ])('tells of %s in the order of a browser', (_name, lead, signals) => {
    const page = mockPageSignals();
    const seen: PageSignal[] = [];
    page.subscribe((signal) => seen.push(signal));

    lead(page);

    expect(seen).toEqual(signals);
  });

  test('UP-39 counts its listeners', () => {
    const page = mockPageSignals();
    const listener = () => {};

    const ends = [page.subscribe(listener), page.subscribe(listener)];
    const countBefore = page.listenerCount;
    ends[0]?.();
    ends[0]?.();

    expect([countBefore, page.listenerCount]).toEqual([2, 1]);
  });
});
