/** Whether the machine was at rest but for the bench: a figure of a busy one says little about the server. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Of one processor. */
const OTHERS_SHARE_MAX = 0.2;
/** A machine that is busy for a while is waited for so long. */
const ROUNDS_TRIED_PER_WANTED = 3;

/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10;

export interface ProcessorSample {
  readonly atMs: number;
  /** Of all processors together. */
  readonly idleMs: number;
  /** Of this program and all that it started. */
  readonly ownMs: number;
}

/** Null where the system does not tell. */
export function sampleProcessors(): ProcessorSample | null {
  if (!existsSync('/proc/stat')) return null;
  const idleMs = idleTicks(readFileSync('/proc/stat', 'utf8')) * MS_PER_TICK;
  const ownMs = familyTicks(readStats(), process.pid) * MS_PER_TICK;
  return { atMs: performance.now(), idleMs, ownMs };
}

/** What was measured at a stretch. */
export interface Round {
  /** Used by programs that are not of the bench, of one processor. */
  readonly othersShare: number;
}

/** Whether the figures of a round are those of what is measured, and not of a busy machine. They have no say in it. */
export function isQuiet({ othersShare }: Round): boolean {
  return othersShare <= OTHERS_SHARE_MAX;
}

/** Goes on until so many rounds were quiet, but not for ever. Gives all of them. */
export async function roundsUntilQuiet<Measured extends Round>(
  wanted: number,
  measure: (round: number) => Promise<Measured>,
): Promise<readonly Measured[]> {
  const done: Measured[] = [];
  while (done.filter(isQuiet).length < wanted && done.length < ROUNDS_TRIED_PER_WANTED * wanted) {
    done.push(await measure(done.length));
  }
  return done;
}

/** What other programs used of one processor between two samples; 0 where nobody can tell. */
export function othersShareOf(
  before: ProcessorSample | null,
  after: ProcessorSample | null,
  processors = cpus().length,
): number {
  if (before === null || after === null) return 0;
  const elapsedMs = after.atMs - before.atMs;
  const busyMs = processors * elapsedMs - (after.idleMs - before.idleMs);
  return Math.max(0, busyMs - (after.ownMs - before.ownMs)) / elapsedMs;
}

/** The fourth and fifth figure of the first line: idle, and idle while a disk is at work. */
export function idleTicks(stat: string): number {
  const [, , , , idle = Number.NaN, waiting = Number.NaN] = (stat.split('\n')[0] ?? '').split(/\s+/).map(Number);
  return idle + waiting;
}

/** Of a process and of its descendants; `stats` holds a line of `/proc/<pid>/stat` for each process there is. */
export function familyTicks(stats: readonly string[], root: number): number {
  const processes = stats.map(readStat);
  const family = new Set([root]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes.reduce((sum, { pid, ticks }) => sum + (family.has(pid) ? ticks : 0), 0);
}

/** The name stands in parentheses and may hold any character; the parent and the times have fixed places behind it. */
function readStat(line: string): { readonly pid: number; readonly parent: number; readonly ticks: number } {
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0] = fields.slice(11, 13);
  return { pid: Number.parseInt(line, 10), parent, ticks: user + system };
}

/** A process may end while the list is read. */
function readStats(): readonly string[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [readFileSync(`/proc/${name}/stat`, 'utf8')];
    } catch {
      return [];
    }
  });
}
