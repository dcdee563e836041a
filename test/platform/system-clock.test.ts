import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/platform/system-clock.js';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('Timers of the system clock', () => {
  test.each([30 * DAY_MS, 3_650 * DAY_MS])(
    'UP-42 fires a timer of %i ms once, neither early nor at once',
    (delayMs) => {
      const callback = vi.fn();
      systemClock().startTimer(callback, delayMs);

      vi.advanceTimersByTime(delayMs - 1);
      const callsBefore = callback.mock.calls.length;
      vi.advanceTimersByTime(1 + 30 * DAY_MS);

      expect(callsBefore).toBe(0);
      expect(callback).toHaveBeenCalledTimes(1);
    },
  );

  test.each([-1, Number.NaN, Number.NEGATIVE_INFINITY, 0])(
    'UP-42 fires a timer of %d ms in the next turn, once',
    (delayMs) => {
      const callback = vi.fn();
      systemClock().startTimer(callback, delayMs);
      const callsAtOnce = callback.mock.calls.length;

      vi.advanceTimersByTime(DAY_MS);

      expect(callsAtOnce).toBe(0);
      expect(callback).toHaveBeenCalledTimes(1);
    },
  );

  test('UP-42 never fires a timer of Infinity', () => {
    const callback = vi.fn();
    const stop = systemClock().startTimer(callback, Number.POSITIVE_INFINITY);

    vi.advanceTimersByTime(400 * DAY_MS);
    stop();

    expect(callback).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('cancels a timer in any of its parts, and twice is harmless', () => {
    const callback = vi.fn();
    const stop = systemClock().startTimer(callback, 60 * DAY_MS);
    vi.advanceTimersByTime(30 * DAY_MS);

    stop();
    stop();
    vi.advanceTimersByTime(60 * DAY_MS);

    expect(callback).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leaves a timer alone that was cancelled after it had fired', () => {
    const callback = vi.fn();
    const stop = systemClock().startTimer(callback, 5);
    vi.advanceTimersByTime(5);

    stop();

    expect(callback).toHaveBeenCalledTimes(1);
  });
});

describe('The time of the system clock', () => {
  test('is Unix time', () => {
    vi.useRealTimers();

    const differenceMs = Math.abs(systemClock().nowMs() - Date.now());

    expect(differenceMs).toBeLessThan(1_000);
  });

  test.each([-DAY_MS, DAY_MS])('F67 does not follow a wall clock that is set by %i ms', (byMs) => {
    const clock = systemClock();
    const beforeMs = clock.nowMs();

    vi.setSystemTime(Date.now() + byMs);
    vi.advanceTimersByTime(1_000);

    expect(clock.nowMs() - beforeMs).toBe(1_000);
  });

  test('does not follow a wall clock that is set back', () => {
    const clock = systemClock();
    const beforeMs = clock.nowMs();

    vi.setSystemTime(Date.now() - DAY_MS);

    expect(clock.nowMs()).toBeGreaterThanOrEqual(beforeMs);
  });

  test.each([
    ['no performance', undefined],
    ['a performance without its origin', { now: () => 5 }],
  ])('stands still, and never runs back, with %s and a wall clock that is set back', (_name, performance) => {
    vi.stubGlobal('performance', performance);
    const clock = systemClock();
    vi.setSystemTime(1_000_000);
    const beforeMs = clock.nowMs();

    vi.setSystemTime(900_000);
    const setBackMs = clock.nowMs();
    vi.setSystemTime(1_000_001);

    expect([beforeMs, setBackMs, clock.nowMs()]).toEqual([1_000_000, 1_000_000, 1_000_001]);
  });
});
