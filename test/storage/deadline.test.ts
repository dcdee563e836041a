import { expect, test } from 'vitest';
import { withinDeadline } from '../../src/storage/deadline.js';
import { manualClock } from '../../src/testing/index.js';
import { outcomeOf } from '../client/chat-log.js';

const never = () => new Promise<never>(() => {});

test('F71 what does not answer within 10 s is given up', async () => {
  const clock = manualClock();
  const answer = withinDeadline(never(), clock, 'The database').catch(String);

  await clock.advance(9_999);
  const early = await outcomeOf(answer);
  await clock.advance(1);

  expect(early).toBe('pending');
  expect(await answer).toBe('Error: The database did not answer within 10000 ms.');
});

test('F71 what could not answer while the page slept has its time once more', async () => {
  const clock = manualClock();
  const answer = withinDeadline(never(), clock, 'The database').catch(String);

  await clock.sleep(60_000);
  const early = await outcomeOf(answer);
  await clock.sleep(60_000);

  expect(early).toBe('pending');
  expect(await answer).toBe('Error: The database did not answer within 10000 ms.');
});

test('F71 what answers after a sleep has answered, and no timer is left', async () => {
  const clock = manualClock();
  let answer = (_text: string) => {};
  const work = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const outcome = withinDeadline(work, clock, 'The database');

  await clock.sleep(60_000);
  answer('here');

  expect(await outcome).toBe('here');
  expect(clock.pendingTimers()).toEqual([]);
});
