/** What the command of the simulation makes of its words. */
import { expect, test } from 'vitest';
import { HELP, readSimulateArguments } from '../../scripts/simulate-arguments.js';

test('what is not given has its default', () => {
  expect(readSimulateArguments([])).toMatchObject({
    mode: 'run',
    wanted: { seeds: 200, from: 1, threads: 2, seed: null, family: null, replay: null, trace: false },
  });
});

test('one seed of a family, with its trace', () => {
  expect(readSimulateArguments(['--family', 'thread', '--seed', '7', '--trace'])).toMatchObject({
    mode: 'run',
    wanted: { family: 'thread', seed: 7, trace: true },
  });
});

test.each([
  [['--seeds', 'many'], '--seeds takes a whole number from 1 on, not "many". See'],
  [['--from', '0'], '--from takes a whole number from 1 on, not "0". See'],
  [['--seed', '1e400'], '--seed takes a whole number from 1 on, not "1e400". See'],
  [['--family', 'toString'], '--family is one of streaming, thread, base, not "toString". See'],
  [['--sede', '7'], "Unknown option '--sede'. See"],
])('%o is told to be wrong, with the way to the help', (words, reason) => {
  expect(readSimulateArguments(words)).toMatchObject({ mode: 'wrong', reason: expect.stringContaining(reason) });
});

test('the help names the options', () => {
  expect(readSimulateArguments(['--help'])).toEqual({ mode: 'help' });
  for (const option of ['--seeds', '--from', '--seed ', '--family', '--replay', '--trace'])
    expect(HELP).toContain(option);
});
