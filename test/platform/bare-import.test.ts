import { afterEach, expect, test, vi } from 'vitest';

const GLOBALS = [
  'WebSocket',
  'document',
  'window',
  'navigator',
  'performance',
  'crypto',
  'localStorage',
  'addEventListener',
  'MessageChannel',
  'BroadcastChannel',
  'AbortController',
  'TextEncoder',
];

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test.each([
  ['system-clock', () => import('../../src/platform/system-clock.js')],
  ['math-random', () => import('../../src/platform/math-random.js')],
  ['browser-page-signals', () => import('../../src/platform/browser-page-signals.js')],
  ['broadcast-tab-channel', () => import('../../src/platform/broadcast-tab-channel.js')],
  ['console-logger', () => import('../../src/platform/console-logger.js')],
  ['transports', () => import('../../src/transports/index.js')],
  ['mock-transport', () => import('../../src/testing/mock-transport.js')],
])('UP-51 %s touches no global when it is imported', async (_name, load) => {
  vi.resetModules();
  for (const name of GLOBALS) {
    Object.defineProperty(globalThis, name, { configurable: true, get: () => failFor(name) });
  }

  try {
    await expect(load()).resolves.toBeTypeOf('object');
  } finally {
    restoreGlobals();
  }
});

const saved = new Map(GLOBALS.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));

function restoreGlobals(): void {
  for (const [name, descriptor] of saved) {
    if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
    else Object.defineProperty(globalThis, name, descriptor);
  }
}

function failFor(name: string): never {
  throw new Error(`${name} was read.`);
}
