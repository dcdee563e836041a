import { expect, test } from 'vitest';
import { type ReadArguments, readArguments } from '../../examples/play/arguments.js';

const read = (line: string) => readArguments(line.split(' ').filter(Boolean), 7);

test.each<[string, ReadArguments]>([
  ['', { mode: 'page', port: null }],
  ['--port 8080', { mode: 'page', port: 8080 }],
  ['--port=1', { mode: 'page', port: 1 }],
  ['--help', { mode: 'help' }],
  ['-h --port x', { mode: 'help' }],
  ['--script', { mode: 'script', seed: 7, messages: 2_000, clients: 20, sabotage: null }],
  [
    '--script --seed 0 --messages 500 --clients 10 --sabotage drop-dedup',
    { mode: 'script', seed: 0, messages: 500, clients: 10, sabotage: 'drop-dedup' },
  ],
])('"%s" is understood', (line, expected) => {
  expect(read(line)).toEqual(expected);
});

test.each([
  ['--port 0', '--port takes a whole number from 1 to 65535, not "0". See npm start -- --help.'],
  ['--port 65536', '--port takes a whole number from 1 to 65535, not "65536". See npm start -- --help.'],
  ['--port abc', '--port takes a whole number from 1 to 65535, not "abc". See npm start -- --help.'],
  ['--port 80.5', '--port takes a whole number from 1 to 65535, not "80.5". See npm start -- --help.'],
  ['--port=', '--port takes a whole number from 1 to 65535, not "". See npm start -- --help.'],
  ['--port=-1', '--port takes a whole number from 1 to 65535, not "-1". See npm start -- --help.'],
  ['--port 1e3', '--port takes a whole number from 1 to 65535, not "1e3". See npm start -- --help.'],
  ['--prot 80', "Unknown option '--prot'. See npm start -- --help."],
  ['--port', "Option '--port <value>' argument missing. See npm start -- --help."],
  ['8080', "Unexpected argument '8080'. This command does not take positional arguments. See npm start -- --help."],
  ['--seed 1', '--seed is for --script only. See npm start -- --help.'],
  ['--script --port 80', '--port is for the page; --script takes free ports by itself. See npm start -- --help.'],
  ['--script --messages 99', '--messages takes a whole number from 100 to 100000, not "99". See npm start -- --help.'],
  ['--script --clients 12', '--clients takes a multiple of 5, not 12. See npm start -- --help.'],
  [
    '--script --messages 200 --clients 50',
    '--messages 200 is too few for 50 clients; each needs 5. See npm start -- --help.',
  ],
  ['--script --sabotage x', '--sabotage knows "drop-dedup", not "x". See npm start -- --help.'],
])('"%s" gives one clear line', (line, reason) => {
  expect(read(line)).toEqual({ mode: 'wrong', reason });
});
