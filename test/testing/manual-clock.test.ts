import { afterEach, describe, expect, test, vi } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('advance', () => {
  test('fires timers in the order in which they are due, ties in the order of their start', async () => {
    const { clock, fired, start } = clockWithRecord();
    start('late', 20);
    start('first of two', 10);
    start('second of two', 10);

    await clock.advance(20);

    expect(fired).toEqual(['first of two at 10', 'second of two at 10', 'late at 20']);
  });

  test('stops at its time, not a millisecond later', async () => {
    const { clock, fired, start } = clockWithRecord();
    start('due', 10);
    start('not due', 11);

    await clock.advance(10);

    expect(fired).toEqual(['due at 10']);
    expect(clock.pendingTimers()).toEqual([{ dueAtMs: 11 }]);
  });

  test('fires timers that are started meanwhile, where they are due', async () => {
    const { clock, fired, start } = clockWithRecord();
    clock.startTimer(() => start('second', 5), 5);

    await clock.advance(10);

    expect(fired).toEqual(['second at 10']);
  });

  test('lets promises settle before, between and after the timers', async () => {
    const { clock, fired, start } = clockWithRecord();
    void Promise.resolve().then(() => start('started by a promise', 1));
    clock.startTimer(async () => {
      for (let turn = 0; turn < 20; turn += 1) await undefined;
      start('started after twenty awaits', 1);
    }, 5);

    await clock.advance(6);

    expect(fired).toEqual(['started by a promise at 1', 'started after twenty awaits at 6']);
  });

  test('does not fire a timer that an earlier one has cancelled', async () => {
    const { clock, fired, start } = clockWithRecord();
    let cancel = () => {};
    clock.startTimer(() => cancel(), 5);
    cancel = start('cancelled', 5);

    await clock.advance(10);
    cancel();

    expect(fired).toEqual([]);
  });

  test.each([-1, Number.NaN])('refuses to move by %d ms', async (ms) => {
    await expect(manualClock().advance(ms)).rejects.toThrow(/0 or more/);
  });

  test('fails readably when timers start each other without end', () => {
    const clock = manualClock();
    const startAgain = () => clock.startTimer(startAgain, 0);
    startAgain();

    expect(() => clock.advanceNow(1)).toThrow(/without end/);
  });

  test('counts a delay that is negative or no number as 0', async () => {
    const { clock, fired, start } = clockWithRecord();
    start('negative', -5);
    start('no number', Number.NaN);

    await clock.advance(0);

    expect(fired).toEqual(['negative at 0', 'no number at 0']);
  });

  test('UP-46 works the same while the test framework fakes every timer it can', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Date'] });
    const { clock, fired, start } = clockWithRecord();
    start('rings', 1_000);

    await clock.advance(1_000);

    expect(fired).toEqual(['rings at 1000']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('The other ways to move a clock', () => {
  test('advanceNow fires timers at once and lets no promise settle', () => {
    const { clock, fired, start } = clockWithRecord();
    let isSettled = false;
    void Promise.resolve().then(() => {
      isSettled = true;
    });
    start('now', 10);

    clock.advanceNow(10);

    expect(fired).toEqual(['now at 10']);
    expect(isSettled).toBe(false);
  });

  test('advanceTo goes to a point of time and refuses one that has passed', async () => {
    const clock = manualClock({ startMs: 100 });

    await clock.advanceTo(150);

    expect(clock.nowMs()).toBe(150);
    await expect(clock.advanceTo(149)).rejects.toThrow();
  });

  test('UP-26 sleep jumps in time and fires what fell due late, in order', async () => {
    const { clock, fired, start } = clockWithRecord();
    start('second', 20);
    start('first', 10);
    start('not yet', 4_000);

    await clock.sleep(3_600);

    expect(fired).toEqual(['first at 3600', 'second at 3600']);
  });

  test('runAll fires everything, also what is started on the way, and then stops', async () => {
    const { clock, fired, start } = clockWithRecord();
    clock.startTimer(() => start('second', 1_000_000), 1);
    start('never', Number.POSITIVE_INFINITY);

    await clock.runAll();

    expect(fired).toEqual(['second at 1000001']);
  });

  test('runAll fails after its bound', async () => {
    const clock = manualClock();
    const startAgain = () => clock.startTimer(startAgain, 1_000);
    startAgain();

    await expect(clock.runAll({ timersMax: 50 })).rejects.toThrow(/50 timers/);
  });

  test('throttleTimers holds timers back to whole multiples, until it is ended', async () => {
    const { clock, fired, start } = clockWithRecord();
    clock.throttleTimers(60_000);
    start('throttled', 1_000);

    await clock.advance(60_000);
    clock.throttleTimers(null);
    start('free', 1_000);
    await clock.advance(1_000);

    expect(fired).toEqual(['throttled at 60000', 'free at 61000']);
  });
});

function clockWithRecord() {
  const clock = manualClock({ startMs: 0 });
  const fired: string[] = [];
  const start = (name: string, delayMs: number) =>
    clock.startTimer(() => fired.push(`${name} at ${clock.nowMs()}`), delayMs);
  return { clock, fired, start };
}
