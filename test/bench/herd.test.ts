import { Centrifuge } from 'centrifuge';
import { WebSocket as PartySocket } from 'partysocket';
import { Socket as PhoenixSocket } from 'phoenix';
import { Manager } from 'socket.io-client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Comeback } from '../../scripts/bench/herd/comeback.js';
import { crowdFigures } from '../../scripts/bench/herd/crowd.js';
import { comeBackBy, FORMULAS, type Formula } from '../../scripts/bench/herd/formulas.js';
import { missesOf } from '../../scripts/bench/herd/goals.js';
import { OUTAGE_10_S } from '../../scripts/bench/herd/outage.js';

const RETRIES = Array.from({ length: 14 }, (_, index) => index + 1);

afterEach(() => {
  vi.restoreAllMocks();
});

/** The delay that the package itself would wait. None of them shows it, so it is taken from inside. */
const MEASURED: Readonly<Record<string, (retry: number) => unknown>> = {
  'socket.io'(retry) {
    const backoff: unknown = Reflect.get(new Manager('http://localhost', { autoConnect: false }), 'backoff');
    if (typeof backoff !== 'object' || backoff === null) return null;
    Reflect.set(backoff, 'attempts', retry - 1);
    return call(backoff, 'duration');
  },
  centrifuge(retry) {
    const client = new Centrifuge('ws://localhost');
    Reflect.set(client, '_reconnectAttempts', retry - 1);
    return call(client, '_getReconnectDelay');
  },
  partysocket(retry) {
    const socket = new PartySocket('ws://localhost', [], { startClosed: true });
    Reflect.set(socket, '_retryCount', retry);
    return call(socket, '_getNextDelay');
  },
  phoenix: (retry) => call(new PhoenixSocket('ws://localhost', { transport: class {} }), 'reconnectAfterMs', retry),
};

describe('the formula of another client', () => {
  test.each(FORMULAS)('is that of the installed package: $name', ({ name, delayMs }) => {
    for (const roll of [0, 0.04, 0.15, 0.37, 0.5, 0.81, 0.9999]) {
      vi.spyOn(Math, 'random').mockReturnValue(roll);

      const measured = RETRIES.map((retry) => MEASURED[name]?.(retry));

      expect(measured).toEqual(RETRIES.map((retry) => delayMs(retry, roll)));
    }
  });

  test('is followed until a dial is taken', () => {
    const everyFourSeconds: Formula = { name: '', source: '', delayMs: () => 4_000 };

    const comeback = comeBackBy(everyFourSeconds, OUTAGE_10_S, 1);

    expect(comeback).toEqual({ dialsAtMs: [4_020, 8_060, 12_100], takenAtMs: 12_100, recoveryMs: 2_140 });
  });
});

describe('the figures of a crowd', () => {
  const LIVES: readonly Comeback[] = [
    { dialsAtMs: [10, 70_000], takenAtMs: 70_000, recoveryMs: 100 },
    { dialsAtMs: [99, 70_099], takenAtMs: 70_099, recoveryMs: 200 },
    { dialsAtMs: [50, 150, 199], takenAtMs: 199, recoveryMs: 300 },
    { dialsAtMs: [], takenAtMs: null, recoveryMs: 0 },
  ];

  test('tell the fullest tenth of a second, the dials and the times', () => {
    const lives = [...LIVES];

    const figures = crowdFigures({ clients: 4, seed: 0 }, () => lives.shift() ?? neverCalled());

    expect(figures).toEqual({
      worstAll: 0.75,
      worstTaken: 0.5,
      attemptsMean: 1.75,
      attemptsMax: 3,
      dialsPerMinute: 3,
      recoveryMedianMs: 100,
      recovery95Ms: 300,
      recoveryMaxMs: 300,
    });
  });

  test('miss a goal in words', () => {
    const figures = crowdFigures({ clients: 100, seed: 0 }, () => ({
      dialsAtMs: Array.from({ length: 13 }, () => 0),
      takenAtMs: 0,
      recoveryMs: 700,
    }));

    const misses = missesOf(figures, { worstAllMax: 0.12, worstTakenMax: 0.05, recoveryMedianMaxMs: 600 });

    expect(misses).toEqual([
      'all dials: 1300.0 % of 12.0 %',
      'dials that were taken: 100.0 % of 5.0 %',
      'median recovery: 700 ms of 600 ms',
      'dials of a client in a minute: 13 of 12',
    ]);
    expect(missesOf({ ...figures, dialsPerMinute: 12 }, {})).toEqual([]);
  });
});

function call(owner: object, name: string, ...given: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(owner, name);
  return typeof method === 'function' ? Reflect.apply(method, owner, given) : null;
}

function neverCalled(): never {
  throw new Error('More clients were made than there are.');
}
