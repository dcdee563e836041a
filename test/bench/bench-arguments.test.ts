import { expect, test } from 'vitest';
import { readBenchArguments } from '../../scripts/bench/bench-arguments.js';

const OPTIONS = { sends: { min: 20, max: 900, fallback: 400, meaning: 'messages' } };

function read(...words: string[]) {
  return readBenchArguments('bench:flapping', OPTIONS, words);
}

test('what is not given has its default', () => {
  expect(read()).toEqual({ mode: 'run', isJson: false, numbers: { sends: 400 } });
});

test('numbers and the format are read', () => {
  expect(read('--sends', '20', '--json')).toEqual({ mode: 'run', isJson: true, numbers: { sends: 20 } });
});

test.each([['19'], ['901'], ['1e2'], ['-1'], ['']])('%o is no number in range', (text) => {
  expect(read(`--sends=${text}`)).toMatchObject({
    mode: 'wrong',
    reason: `--sends takes a whole number from 20 to 900, not "${text}". See npm run bench:flapping -- --help.`,
  });
});

test('an unknown option is named', () => {
  expect(read('--speed', '3')).toMatchObject({ mode: 'wrong', reason: expect.stringContaining("'--speed'") });
});

test('the help names every option with its default', () => {
  expect(read('--help')).toMatchObject({
    mode: 'help',
    text: expect.stringMatching(/--sends N +messages \(default 400\)/),
  });
});
