/** Adds up many runs, and says so. */

import { faults } from '../plan/plan.js';
import { STATES } from './coverage.js';
import type { RunResult } from './run-plan.js';

const COUNTS = [
  'attempted',
  'acknowledged',
  'ok',
  'lost',
  'unexpected',
  'duplicated',
  'recovered',
  'forgotten',
] as const;

export class Tally {
  readonly #faults: readonly string[];
  seeds = 0;
  simulatedMs = 0;
  happenings = 0;
  readonly failures: RunResult[] = [];
  readonly #counts = new Map<string, number>();
  readonly #cells = new Map<string, number>();
  readonly #ackMs: number[] = [];
  readonly #staleMs: number[] = [];
  readonly #convergedMs: number[] = [];

  constructor(names: readonly string[] = Object.keys(faults)) {
    this.#faults = names;
  }

  add(result: RunResult): void {
    this.seeds += 1;
    this.simulatedMs += result.simulatedMs;
    this.happenings += result.happenings;
    if (result.violations.length > 0) this.failures.push(result);
    for (const name of COUNTS) this.#counts.set(name, (this.#counts.get(name) ?? 0) + result.report[name]);
    for (const [cell, count] of Object.entries(result.coverage))
      this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + count);
    for (const ms of result.report.ackMs) this.#ackMs.push(ms);
    for (const ms of result.report.staleMs) this.#staleMs.push(ms);
    if (result.convergedMs !== null) this.#convergedMs.push(result.convergedMs);
  }

  get emptyCells(): readonly string[] {
    return this.#faults.flatMap((fault) =>
      STATES.filter((state) => !this.#cells.has(`${fault}|${state}`)).map((state) => `${fault} while ${state}`),
    );
  }

  print(wallMs: number): string {
    const simulatedS = Math.round(this.simulatedMs / 1_000);
    return [
      `seeds ${this.seeds}, simulated ${simulatedS.toLocaleString('en')} s, wall ${(wallMs / 1_000).toFixed(1)} s, happenings ${this.happenings.toLocaleString('en')}, violations ${this.failures.length}`,
      COUNTS.map((name) => `${name} ${this.#counts.get(name) ?? 0}`).join(', '),
      `ack after ms: ${quantiles(this.#ackMs)}`,
      `stale for ms: ${quantiles(this.#staleMs)}`,
      `converged after ms: ${quantiles(this.#convergedMs)}`,
    ].join('\n');
  }

  printCoverage(): string {
    const width = Math.max(...this.#faults.map(({ length }) => length));
    const header = ['fault'.padEnd(width), ...STATES.map((state) => state.padStart(11))].join(' ');
    const rows = this.#faults.map((fault) =>
      [
        fault.padEnd(width),
        ...STATES.map((state) => String(this.#cells.get(`${fault}|${state}`) ?? 0).padStart(11)),
      ].join(' '),
    );
    const empty = this.emptyCells.length;
    return [header, ...rows, `empty cells: ${empty}`].join('\n');
  }
}

function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, max ${at(1)}`;
}
