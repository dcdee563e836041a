/** What clients leave behind, in processes of their own, where the garbage collector can be called. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTarget, type Target } from '../play/sockets.js';
import { type BuiltPackage, buildPackage } from './built-package.js';
import { type Host, refusedUrl, startChatHost } from './hosts.js';
import { runProgram } from './run-program.js';

const MIB = 1_048_576;
const CYCLES = 10_000;
const TEST_MAX_MS = 60_000;

let built: BuiltPackage;
let host: Host;
/** Takes connections, and never answers what comes in on them. */
let deaf: Target;

beforeAll(async () => {
  [built, host, deaf] = await Promise.all([buildPackage(), startChatHost(), startTarget()]);
}, TEST_MAX_MS);

afterAll(async () => {
  built.remove();
  await Promise.all([host.close(), deaf.close()]);
});

describe('after 10,000 connections that dropped', () => {
  test(
    'G11 UP-39 I8 I9 I10 a client keeps as many timers and listeners as before, no more than a MiB, and none once it is closed',
    async () => {
      const { before, after, left, socketsMost } = await tellOf('cycles', [String(CYCLES)]);

      expect(after).toEqual({ ...before, heapBytes: after.heapBytes });
      expect(after.heapBytes - before.heapBytes).toBeLessThanOrEqual(MIB);
      expect(left).toEqual({ timers: 0, listeners: 0, sockets: 0 });
      expect(socketsMost).toBe(1);
    },
    TEST_MAX_MS,
  );
});

describe('clients that were left and forgotten', () => {
  test(
    'G11 UP-39 I8 I10 are collected with their sockets, wherever they were left and in whichever way',
    async () => {
      const told = await tellOf('collect', [
        host.url,
        `ws://127.0.0.1:${deaf.port}/`,
        await refusedUrl(),
        ...host.tokens(3),
      ]);

      expect(told).toMatchObject({ uncollected: [], listenersLeft: 0, resourcesLeft: 0 });
      // Nine clients, and a socket of each.
      expect(told.clients).toBe(18);
      expect(told.listenersMost).toBeGreaterThan(0);
    },
    TEST_MAX_MS,
  );
});

interface Look {
  readonly heapBytes: number;
  readonly timers: number;
  readonly listeners: number;
  readonly sockets: number;
}

interface Told {
  cycles: { before: Look; after: Look; left: Omit<Look, 'heapBytes'>; socketsMost: number };
  collect: {
    clients: number;
    uncollected: readonly string[];
    listenersMost: number;
    listenersLeft: number;
    resourcesLeft: number;
  };
}

async function tellOf<Name extends keyof Told>(name: Name, args: readonly string[]): Promise<Told[Name]> {
  // The program of that name writes this and nothing else.
  return JSON.parse(await runProgram(built.program(name), args, { flags: ['--expose-gc'] })) as Told[Name];
}
