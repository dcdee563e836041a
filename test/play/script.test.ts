import { afterAll, expect, test } from 'vitest';
import { within } from './sockets.js';
import { killStarted, start } from './started.js';

const DEADLINE_MS = 120_000;

afterAll(killStarted);

test.concurrent(
  'F8 F9 F10 F11 F12 F21 a run through a bad network and two restarts loses, doubles and disorders nothing',
  async () => {
    const { code, output, errors } = await within(
      'the run',
      start('--script', '--messages', '200', '--seed', '8').ended,
      DEADLINE_MS,
    );

    expect(code, `${output}${errors}`).toBe(0);
    expect(output).toMatch(/ sent +200\n +acked +200\n +lost +0\n +doubled +0\n +out of order +0\n +unexpected +0\n/);
    expect(output).toMatch(/ open at the end +20 of 20\n +longest outage +\d+\.\d s\n/);
    expect(output).toMatch(/ server restarts +2\n +acks lost on purpose +10\n +frames late on purpose +5\n/);
  },
  DEADLINE_MS,
);

test.concurrent(
  'F12 F26 the same run with a server that forgets fails, and says which ids doubled where',
  async () => {
    const { code, output, errors } = await within(
      'the run',
      start('--script', '--messages', '200', '--seed', '8', '--sabotage', 'drop-dedup').ended,
      DEADLINE_MS,
    );

    expect(code, `${output}${errors}`).toBe(1);
    const doubled = output.match(/^doubled: [0-9a-f-]{36} \("client \d+ message \d+"\) in conversation \d .*$/gm) ?? [];
    const conversations = doubled.map((line) => /in conversation (\d)/.exec(line)?.[1]);
    expect(new Set(conversations)).toEqual(new Set(['1', '2', '3', '4', '5']));
    expect(output).toMatch(/ lost +0\n/);
  },
  DEADLINE_MS,
);
