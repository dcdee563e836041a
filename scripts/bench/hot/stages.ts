/** Where the time goes: a sampled profile of the client without a network, told by the parts of its source. */

import { readFileSync } from 'node:fs';
import { type Profiler, type Runtime, Session } from 'node:inspector/promises';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

export interface Stage {
  readonly name: string;
  /** Nanoseconds a message. */
  readonly cost: number;
}

export interface Profile {
  readonly stages: readonly Stage[];
  /** The most expensive functions, by the time spent in themselves. */
  readonly functions: readonly Stage[];
}

const SAMPLE_EVERY_MICROSECONDS = 100;

/** The bench, Node and the profiler. */
const OUTSIDE = 'outside';

const FUNCTIONS_SHOWN = 14;

/** The parts of the source, by the beginning of the path below `src`. */
const STAGES: readonly (readonly [beginning: string, name: string])[] = [
  ['protocols/', 'JSON, validate and translate (protocols)'],
  ['core/inbox/', 'dedup, order and store (core/inbox)'],
  ['core/outbox/', 'queue and window (core/outbox)'],
  ['client/sending/', 'hand over and settle (client/sending)'],
  ['client/receiving/', 'receive and dress the row (client/receiving)'],
  ['client/telling/', 'turn, listeners and views (client/telling)'],
  ['client/connection/', 'connection (client/connection)'],
  ['platform/', 'ids and clock (platform)'],
];

/** Profiles `work`, which handles `count` messages. What the bench and the profiler themselves take is left out. */
export async function profile(count: number, work: () => Promise<void>): Promise<Profile> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROSECONDS });
  await session.post('Profiler.start');
  const before = process.cpuUsage();
  const startedAtMs = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  const wallMicroseconds = (performance.now() - startedAtMs) * 1_000;
  const { profile: recorded } = await session.post('Profiler.stop');
  session.disconnect();
  return read(recorded, (wallMicroseconds / (user + system)) * count);
}

interface Place {
  readonly stage: string;
  readonly title: string;
}

/** Samples are taken by the clock, so each is worth the share of it that the processor gave to this program. */
function read({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, count: number): Profile {
  const locate = locator();
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const place = (id: number | undefined): Place => {
    const node = id === undefined ? undefined : byId.get(id);
    if (node === undefined) return { stage: OUTSIDE, title: '(root)' };
    const { functionName, url } = node.callFrame;
    if (functionName === '(garbage collector)') return { stage: 'garbage collection', title: functionName };
    // A function of the engine works for the one that called it.
    if (!url.startsWith('file:')) return place(parents.get(node.id));
    return locate(node.callFrame);
  };
  const places = new Map(nodes.map(({ id }) => [id, place(id)]));
  const stages = new Map<string, number>();
  const functions = new Map<string, number>();
  samples.forEach((id, index) => {
    const found = places.get(id);
    if (found === undefined || found.stage === OUTSIDE) return;
    const cost = ((timeDeltas[index] ?? 0) * 1_000) / count;
    stages.set(found.stage, (stages.get(found.stage) ?? 0) + cost);
    functions.set(found.title, (functions.get(found.title) ?? 0) + cost);
  });
  return { stages: largestFirst(stages), functions: largestFirst(functions).slice(0, FUNCTIONS_SHOWN) };
}

function largestFirst(costs: ReadonlyMap<string, number>): Stage[] {
  return [...costs].map(([name, cost]) => ({ name, cost })).sort((one, other) => other.cost - one.cost);
}

/** Finds the source of a place in a bundle by the map beside it. */
function locator() {
  const maps = new Map<string, SourceMap | null>();
  const mapOf = (url: string) => {
    const known = maps.get(url);
    if (known !== undefined) return known;
    const read = readMap(url);
    maps.set(url, read);
    return read;
  };
  return ({ url, lineNumber, columnNumber, functionName }: Runtime.CallFrame): Place => {
    const entry = mapOf(url)?.findEntry(lineNumber, columnNumber);
    const source = entry !== undefined && 'originalSource' in entry ? entry.originalSource : url;
    const path = /\/src\/(.+)$/.exec(source)?.[1];
    const name = functionName === '' ? '(anonymous)' : functionName;
    if (path === undefined || source.includes('/node_modules/')) {
      const packageName = /node_modules\/([^/]+)\//.exec(source)?.[1];
      const owner = packageName === undefined || packageName === '.cache' ? OUTSIDE : packageName;
      return { stage: owner, title: `${name} (${owner})` };
    }
    const stage = STAGES.find(([beginning]) => path.startsWith(beginning))?.[1] ?? 'the rest of the client';
    return { stage, title: `${name} (${path})` };
  };
}

function readMap(url: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  } catch {
    // A package has no map.
    return null;
  }
}
