import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding, Verdict } from '../../examples/play/script/checker.js';
import { showProgress } from '../../examples/play/script/progress.js';
import { findingLines, percentile, tableOf } from '../../examples/play/script/report.js';

const CLEAN: Verdict = {
  attempted: 2_000,
  acked: 2_000,
  lost: 0,
  doubled: 0,
  unexpected: 0,
  outOfOrder: 0,
  findings: [],
};

test('the table names every count once, right-aligned', () => {
  const table = tableOf({
    verdict: { ...CLEAN, doubled: 3 },
    seed: 7,
    elapsedMs: 31_249,
    presence: { clients: 20, notOpen: ['client 3'], longestOutageMs: 2_345 },
    reconnects: 84,
    restarts: 2,
    latenciesMs: [5, 1, 4, 2, 3],
    acksLost: 10,
    framesLate: 5,
  });

  expect(table).toMatchInlineSnapshot(`
    "  sent                        2000
      acked                       2000
      lost                           0
      doubled                        3
      out of order                   0
      unexpected                     0
      open at the end         19 of 20
      longest outage             2.3 s
      reconnects                    84
      server restarts                2
      acks lost on purpose          10
      frames late on purpose         5
      ack latency p50             3 ms
      ack latency p95             5 ms
      elapsed                   31.2 s
      seed                           7
    "
  `);
});

test.each([
  [[], 0.5, 0],
  [[7], 0.95, 7],
  [[3, 1, 2], 0.5, 2],
  [Array.from({ length: 100 }, (_, index) => index + 1), 0.95, 95],
])('the percentile of %j at %d is %d', (values, share, expected) => {
  expect(percentile(values, share)).toBe(expected);
});

describe('findings', () => {
  const finding = (where: string, text = 'hello'): Finding => ({
    kind: 'doubled',
    conversationId: 'c1',
    text,
    clientMessageId: 'm1',
    where,
  });
  const nameOf = (id: string) => (id === 'c1' ? 'the garden' : id);

  test('of one message are one line with its id, its conversation and every place', () => {
    expect(findingLines([finding('log'), finding('ben')], nameOf)).toEqual([
      'doubled: m1 ("hello") in the garden, seen in: log, ben',
    ]);
  });

  test('are cut off where there are too many to read', () => {
    const many = Array.from({ length: 45 }, (_, index) => finding('log', `text ${index}`));

    const lines = findingLines(many, nameOf);

    expect([lines.length, lines.at(-1)]).toEqual([41, '… and 5 more']);
  });
});

describe('progress', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  function record(output: { isTTY?: boolean; columns?: number }) {
    const written: string[] = [];
    return { written, output: { ...output, write: (text: string) => written.push(text) } };
  }

  test('is a line every two seconds where nobody can rewrite one', () => {
    const { written, output } = record({});
    let count = 0;

    const end = showProgress(output, () => `line ${++count}`);
    vi.advanceTimersByTime(4_000);
    end();
    end();
    vi.advanceTimersByTime(4_000);

    expect(written).toEqual(['line 1\n', 'line 2\n', 'line 3\n']);
  });

  test('rewrites one line on a terminal, cut to its width', () => {
    const { written, output } = record({ isTTY: true, columns: 6 });

    const end = showProgress(output, () => 'a long line');
    vi.advanceTimersByTime(200);
    end();

    expect(written).toEqual(['\r\u001b[2Ka lon', '\r\u001b[2Ka lon', '\n']);
  });
});
