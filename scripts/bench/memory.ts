/** `npm run bench:memory`: what a client keeps after a million messages, and what a chunk of a long answer costs. */
import { argumentsOrExit } from './bench-arguments.js';
import { reportOf } from './measured-program.js';
import type { Flow, MemoryReport } from './memory/report.js';
import { answerGrowth, flowSpread, SLOWDOWN_MAX, SPREAD_MAX, slowdown } from './memory/verdict.js';
import { textTable } from './text-table.js';

const { numbers, isJson } = argumentsOrExit('bench:memory', {
  messages: {
    min: 10_000,
    max: 10_000_000,
    fallback: 1_000_000,
    meaning: 'through the first client; a quarter of it through the second',
  },
});

// The program sends one thing only.
const report = (await reportOf({
  entries: [new URL('./memory/measure-program.ts', import.meta.url)],
  args: () => [String(numbers.messages)],
})) as MemoryReport;

const { flows, answerSpeeds, answerHeap, left } = report;
const checks = [
  ...flows.map((flow) => check(`heap over ${flow.messages} messages ${flow.title}`, flowSpread(flow), SPREAD_MAX)),
  check(`heap after an answer of ${answerHeap.chunks} chunks, beside its text`, answerGrowth(answerHeap), SPREAD_MAX),
];
const slower = slowdown(answerSpeeds);
const isGood = checks.every((one) => one.isGood) && slower <= SLOWDOWN_MAX;
const limits = { spread: SPREAD_MAX, slowdown: SLOWDOWN_MAX };
if (isJson)
  console.log(
    JSON.stringify({ bench: 'memory', node: process.version, ...numbers, limits, isGood, ...report }, null, 2),
  );
else print();
process.exitCode = isGood ? 0 : 1;

function check(name: string, share: number, max: number) {
  const isWithin = share <= max;
  const text = `${isWithin ? 'good  ' : 'FAILED'}  ${name}: ${percent(share)}, at most ${percent(max)}`;
  return { isGood: isWithin, text };
}

function print(): void {
  const speeds = answerSpeeds.map(({ chunks, cpu }) => [String(chunks), cpu.toFixed(2)]);
  console.log(
    [
      `Heap after a collection, Node ${process.version}. No network: the frames of a server are handed to clients with their defaults,`,
      'each with one listener and one subscriber that reads the snapshot.',
      '',
      heapTable(),
      '',
      textTable([['chunks of an answer', 'cpu µs a chunk'], ...speeds]),
      '',
      `A conversation that was opened and left keeps ${left.bytesEach.toFixed(0)} bytes (${left.conversations} of them measured).`,
      '',
      ...checks.map(({ text }) => text),
      `${slower <= SLOWDOWN_MAX ? 'good  ' : 'FAILED'}  a chunk of the longest answer beside one of the shortest: ${slower.toFixed(2)} ×, at most ${SLOWDOWN_MAX} ×`,
    ].join('\n'),
  );
}

function heapTable(): string {
  const shares = flows[0]?.heapBytes.map((_, index, { length }) => `${((index + 1) * 100) / length} %`) ?? [];
  const row = ({ title, messages, heapBytes }: Flow) => [
    `${messages} messages ${title}`,
    ...heapBytes.map((bytes) => (bytes / 2 ** 20).toFixed(2)),
  ];
  return textTable([['heap in MiB after', ...shares], ...flows.map(row)]);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
