import { JSDOM } from 'jsdom';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { browserPageSignals } from '../../src/platform/browser-page-signals.js';
import type { PageSignal } from '../../src/ports/page-signals.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Page signals of a browser', () => {
  test.each<[PageSignal, 'document' | 'window', string]>([
    ['visible', 'document', 'visibilitychange'],
    ['resumed', 'document', 'resume'],
    ['hidden', 'document', 'freeze'],
    ['page-shown', 'window', 'pageshow'],
    ['page-left', 'window', 'pagehide'],
    ['online', 'window', 'online'],
    ['offline', 'window', 'offline'],
    ['focused', 'window', 'focus'],
  ])('tell %s when the %s fires %s', (signal, target, event) => {
    const page = installPage();
    const seen: PageSignal[] = [];
    browserPageSignals().subscribe((one) => seen.push(one));

    page[target].dispatchEvent(new Event(event));

    expect(seen).toEqual([signal]);
  });

  test('tell hidden, and answer so, once the document is', () => {
    const page = installPage();
    const signals = browserPageSignals();
    const seen: PageSignal[] = [];
    signals.subscribe((one) => seen.push(one));
    const before = signals.isHidden();

    page.document.visibilityState = 'hidden';
    page.document.dispatchEvent(new Event('visibilitychange'));

    expect([before, signals.isHidden()]).toEqual([false, true]);
    expect(seen).toEqual(['hidden']);
  });

  test('UP-39 leave no listener after a thousand subscriptions ended, some of them twice', () => {
    const page = installPage();
    const signals = browserPageSignals();

    for (let round = 0; round < 1_000; round += 1) {
      const unsubscribe = signals.subscribe(() => {});
      unsubscribe();
      unsubscribe();
    }

    expect([page.window.listenerCount, page.document.listenerCount]).toEqual([0, 0]);
    expect(page.window.types).not.toContain('unload');
    expect(page.window.types).not.toContain('beforeunload');
  });

  test('UP-24 attach nothing before somebody subscribes', () => {
    const page = installPage();

    browserPageSignals();

    expect([page.window.listenerCount, page.document.listenerCount]).toEqual([0, 0]);
  });

  test('keep one subscription when another of the same listener ends', () => {
    const page = installPage();
    const listener = vi.fn();
    const endFirst = browserPageSignals().subscribe(listener);
    browserPageSignals().subscribe(listener);

    endFirst();
    page.window.dispatchEvent(new Event('online'));

    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('work over a real window', () => {
    const { window } = new JSDOM('', { url: 'http://127.0.0.1/' });
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
    vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
    const seen: PageSignal[] = [];
    const unsubscribe = browserPageSignals().subscribe((one) => seen.push(one));

    window.dispatchEvent(new window.Event('offline'));
    unsubscribe();
    window.dispatchEvent(new window.Event('online'));

    expect(seen).toEqual(['offline']);
  });
});

describe('UP-51 Page signals where there is no page', () => {
  test.each([
    ['nothing', {}],
    ['a navigator without onLine', { navigator: {} }],
    ['a window without listeners', { window: {}, document: {} }],
  ])('count as seen and online with %s', (_name, globals) => {
    for (const name of ['document', 'window', 'navigator', 'addEventListener']) vi.stubGlobal(name, undefined);
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const signals = browserPageSignals();

    const unsubscribe = signals.subscribe(() => {});
    unsubscribe();

    expect([signals.isHidden(), signals.isOnline()]).toEqual([false, true]);
  });

  test('say offline where a navigator says so', () => {
    vi.stubGlobal('navigator', { onLine: false });

    expect(browserPageSignals().isOnline()).toBe(false);
  });
});

/** An event target that counts what listens to it. */
class CountingTarget extends EventTarget {
  visibilityState = 'visible';
  listenerCount = 0;
  readonly types: string[] = [];

  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null): void {
    this.listenerCount += 1;
    this.types.push(type);
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null): void {
    this.listenerCount -= 1;
    super.removeEventListener(type, listener);
  }
}

function installPage() {
  const window = new CountingTarget();
  const document = new CountingTarget();
  vi.stubGlobal('document', document);
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  return { window, document };
}
