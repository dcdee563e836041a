/**
 * The built package where little is there: in a context of its own that has the globals of React Native or of an edge
 * runtime and no others. The sockets are real.
 */
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { within } from '../play/sockets.js';
import { type BuiltPackage, buildPackage } from './built-package.js';
import { type Host, startChatHost } from './hosts.js';

const TEST_MAX_MS = 30_000;
const CHAT_MAX_MS = 10_000;
const SHOWN = ['first', 'second'];

let built: BuiltPackage;
let host: Host;

beforeAll(async () => {
  [built, host] = await Promise.all([buildPackage(), startChatHost()]);
}, TEST_MAX_MS);

afterAll(async () => {
  built.remove();
  await host.close();
});

describe('where there is a WebSocket and little else', () => {
  test.each([
    ['React Native', ['react-native', 'import'], reactNative],
    ['an edge runtime', ['edge-light', 'workerd', 'worker', 'browser', 'import'], edge],
  ])(
    'UP-51 a chat goes on in %s',
    async (_name, conditions, globals) => {
      const platform = globals();
      const context = createContext(platform.globals);

      platform.isLoading = true;
      runInContext(await built.script('have-a-chat', conditions), context);
      platform.isLoading = false;
      const shown = await within('the chat ends', chatIn(context), CHAT_MAX_MS);

      // Arrays of the context have a prototype of their own.
      expect([...shown]).toEqual(SHOWN);
      expect(platform.liveTimers()).toBe(0);
    },
    TEST_MAX_MS,
  );

  test('UP-51 React Native without a source of random bytes is told what is missing, by the first message', async () => {
    const platform = reactNative();
    delete platform.globals['crypto'];
    const context = createContext(platform.globals);
    runInContext(await built.script('have-a-chat', ['react-native', 'import']), context);

    const chat = within('the chat ends', chatIn(context), CHAT_MAX_MS);

    await expect(chat).rejects.toThrow(
      'Cannot make an id: this platform has no crypto. Load react-native-get-random-values first, or set the option ids.',
    );
  });

  test('UP-44 a hundred clients that are closed while they dial raise nothing in React Native', async () => {
    const platform = reactNative();
    const context = createContext(platform.globals);
    runInContext(await built.script('close-at-once', ['react-native', 'import']), context);

    const closed = await within('all are closed', callIn(context, `program.closeAtOnce(${terms()}, 100)`), CHAT_MAX_MS);

    expect(closed).toBe(100);
    expect(platform.liveTimers()).toBe(0);
  });
});

function terms(): string {
  return JSON.stringify({ url: host.url, room: host.room(), tokens: host.tokens(2) });
}

async function chatIn(context: object): Promise<readonly string[]> {
  // The program's own promise of texts.
  return (await callIn(context, `program.haveAChat(${terms()})`)) as readonly string[];
}

async function callIn(context: object, code: string): Promise<unknown> {
  return await runInContext(code, context);
}

interface Platform {
  readonly globals: Record<string, unknown>;
  /** While a module is loaded, edge runtimes forbid timers, sockets and random numbers. */
  isLoading: boolean;
  liveTimers(): number;
}

/** Timers are plain numbers, without `unref`. */
function platformOf(more: (platform: Platform) => Record<string, unknown>): Platform {
  const timers = new Map<number, NodeJS.Timeout>();
  let lastTimer = 0;
  const platform: Platform = { globals: {}, isLoading: false, liveTimers: () => timers.size };
  const setTimer = (callback: () => void, delayMs?: number) => {
    refuseWhileLoading(platform, 'setTimeout');
    lastTimer += 1;
    const timer = lastTimer;
    timers.set(
      timer,
      setTimeout(() => {
        timers.delete(timer);
        callback();
      }, delayMs),
    );
    return timer;
  };
  const clearTimer = (timer: number) => {
    clearTimeout(timers.get(timer));
    timers.delete(timer);
  };
  Object.assign(platform.globals, {
    ...{ setTimeout: setTimer, clearTimeout: clearTimer, queueMicrotask, AbortController, WebSocket },
    ...more(platform),
  });
  return platform;
}

function reactNative(): Platform {
  return platformOf((platform) => ({
    // Both are names of the global object, which no event ever reaches.
    window: platform.globals,
    global: platform.globals,
    navigator: { product: 'ReactNative' },
    performance: { now: () => performance.now() },
    // As an application gets it by `react-native-get-random-values`.
    crypto: { getRandomValues: (bytes: Uint8Array) => fillRandomly(bytes) },
  }));
}

function edge(): Platform {
  return platformOf((platform) => ({
    ...{ structuredClone, TextEncoder, TextDecoder, URL, URLSearchParams, fetch, performance },
    navigator: { userAgent: 'an edge runtime' },
    crypto: {
      getRandomValues(bytes: Uint8Array) {
        refuseWhileLoading(platform, 'crypto.getRandomValues');
        return fillRandomly(bytes);
      },
      randomUUID() {
        refuseWhileLoading(platform, 'crypto.randomUUID');
        return crypto.randomUUID();
      },
    },
  }));
}

/** An array of another context is none of those that Node fills. */
function fillRandomly(bytes: Uint8Array): Uint8Array {
  bytes.set(crypto.getRandomValues(new Uint8Array(bytes.length)));
  return bytes;
}

function refuseWhileLoading({ isLoading }: Platform, what: string): void {
  if (isLoading) throw new Error(`${what} was called while a module was loaded.`);
}
