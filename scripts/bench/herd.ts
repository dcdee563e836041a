/** `npm run bench:herd`: how many clients come back at once after an outage, and how soon each of them does. */
import { argumentsOrExit } from './bench-arguments.js';
import { type CrowdFigures, crowdFigures } from './herd/crowd.js';
import { comeBackBy, FORMULAS } from './herd/formulas.js';
import { DIALS_PER_MINUTE_MAX, missesOf, PLAN, percent } from './herd/goals.js';
import { hostileFigures } from './herd/hostile.js';
import { comeBack } from './herd/our-client.js';
import { textTable } from './text-table.js';

const { numbers, isJson } = argumentsOrExit('bench:herd', {
  clients: { min: 100, max: 100_000, fallback: 10_000, meaning: 'that lose the server in the same millisecond' },
  seed: { min: 0, max: 2 ** 32 - 1, fallback: 1, meaning: 'of the dice of all clients' },
});

interface Row {
  readonly client: string;
  readonly figures: CrowdFigures;
}

if (!isJson) console.log(introduction());
const results = PLAN.map(({ outage, goals }) => {
  const ours: Row = { client: 'chatsocket', figures: crowdFigures(numbers, (seed) => comeBack(outage, seed)) };
  // A formula knows no signals of a device.
  const formulas = outage.sign === null ? FORMULAS : [];
  const others = formulas.map((formula): Row => {
    return { client: formula.name, figures: crowdFigures(numbers, (seed) => comeBackBy(formula, outage, seed)) };
  });
  const result = { outage: outage.name, goals, misses: missesOf(ours.figures, goals), rows: [ours, ...others] };
  if (!isJson) console.log(`\n${outage.name}\n${table(result.rows)}\n${verdict(result.misses)}`);
  return result;
});
const hostile = hostileFigures(numbers.seed);
const isWithinMinute = hostile.every(({ dialsPerMinute }) => dialsPerMinute <= DIALS_PER_MINUTE_MAX);
const isGood = isWithinMinute && results.every(({ misses }) => misses.length === 0);
if (isJson)
  console.log(JSON.stringify({ bench: 'herd', node: process.version, ...numbers, isGood, results, hostile }, null, 2));
else console.log(`\n${hostileTable()}\n${verdict(isWithinMinute ? [] : ['dials of a client in a minute'])}`);
process.exitCode = isGood ? 0 : 1;

function introduction(): string {
  return [
    `${numbers.clients} clients in virtual time, seed ${numbers.seed}; shares are of the clients. Each client of chatsocket is its real connection`,
    'machine with the default options. The others are the formulas of their defaults:',
    ...FORMULAS.map(({ name, source }) => `  ${name}: ${source}`),
    'Everybody loses the server in the same millisecond, and a token, a handshake and joining take 20 ms each.',
    'taken: the dials that the server took. recovery: from the return of the server until open.',
  ].join('\n');
}

function table(rows: readonly Row[]): string {
  const head = ['client', 'worst 100 ms, all', 'taken', 'dials', 'most', 'in a minute', 'recovery p50', 'p95', 'max'];
  const body = rows.map(({ client, figures }) => [
    client,
    percent(figures.worstAll),
    percent(figures.worstTaken),
    figures.attemptsMean.toFixed(1),
    String(figures.attemptsMax),
    String(figures.dialsPerMinute),
    seconds(figures.recoveryMedianMs),
    seconds(figures.recovery95Ms),
    seconds(figures.recoveryMaxMs),
  ]);
  return textTable([head, ...body]);
}

function hostileTable(): string {
  const rows = hostile.map(({ what, dialsPerMinute }) => [what, String(dialsPerMinute)]);
  return textTable([['the most automatic dials of a client in any minute, with', 'dials'], ...rows]);
}

function verdict(misses: readonly string[]): string {
  return misses.length === 0 ? 'good' : `FAILED  ${misses.join('; ')}`;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(2)} s`;
}
