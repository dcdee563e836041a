/** What is said before the run, the table at the end, and what was found where it is not clean. */
import type { ScriptArguments } from '../arguments.js';
import { CONVERSATIONS } from './cast.js';
import type { Finding, Verdict } from './checker.js';
import { RESTARTS } from './fault-plan.js';

export function introduction({ clients, messages, seed, sabotage }: ScriptArguments): string {
  return [
    `${clients} clients in ${CONVERSATIONS} conversations send ${messages} messages through a network that is cut, stalled and half-open,`,
    `to a server that is restarted ${RESTARTS} times. The server keeps its own limit of 20 messages a second per user;`,
    `the clients beat every 2 s and come back within 1 s, so that half a minute sees many losses. Seed ${seed}.`,
    ...(sabotage === null
      ? []
      : [`Sabotage: ${sabotage}. The server takes repeats for new messages; this run has to fail.`]),
    '',
  ].join('\n');
}

export interface Presence {
  readonly clients: number;
  /** The names of those whose connection is not open. */
  readonly notOpen: readonly string[];
  readonly longestOutageMs: number;
}

export interface RunFacts {
  readonly verdict: Verdict;
  readonly seed: number;
  readonly elapsedMs: number;
  /** At the end, before anybody is closed. */
  readonly presence: Presence;
  readonly reconnects: number;
  readonly restarts: number;
  readonly latenciesMs: readonly number[];
  readonly acksLost: number;
  readonly framesLate: number;
}

export function tableOf(facts: RunFacts): string {
  const { verdict, presence } = facts;
  const rows: readonly (readonly [string, string])[] = [
    ['sent', String(verdict.attempted)],
    ['acked', String(verdict.acked)],
    ['lost', String(verdict.lost)],
    ['doubled', String(verdict.doubled)],
    ['out of order', String(verdict.outOfOrder)],
    ['unexpected', String(verdict.unexpected)],
    ['open at the end', `${presence.clients - presence.notOpen.length} of ${presence.clients}`],
    ['longest outage', `${(presence.longestOutageMs / 1_000).toFixed(1)} s`],
    ['reconnects', String(facts.reconnects)],
    ['server restarts', String(facts.restarts)],
    ['acks lost on purpose', String(facts.acksLost)],
    ['frames late on purpose', String(facts.framesLate)],
    ['ack latency p50', `${percentile(facts.latenciesMs, 0.5)} ms`],
    ['ack latency p95', `${percentile(facts.latenciesMs, 0.95)} ms`],
    ['elapsed', `${(facts.elapsedMs / 1_000).toFixed(1)} s`],
    ['seed', String(facts.seed)],
  ];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value]) => `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}\n`).join('');
}

const FINDINGS_SHOWN_MAX = 40;

/** One line for each message and kind, with its id and every place where it shows. */
export function findingLines(findings: readonly Finding[], nameOf: (id: string) => string): readonly string[] {
  const groups = new Map<string, { readonly finding: Finding; readonly places: string[] }>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.kind, finding.conversationId, finding.text]);
    const group = groups.get(key) ?? { finding, places: [] };
    group.places.push(nameOf(finding.where));
    groups.set(key, group);
  }
  const lines = [...groups.values()].map(({ finding, places }) => {
    const id = finding.clientMessageId ?? 'unknown';
    return `${finding.kind}: ${id} ("${finding.text}") in ${nameOf(finding.conversationId)}, seen in: ${places.join(', ')}`;
  });
  const rest = lines.length - FINDINGS_SHOWN_MAX;
  return rest > 0 ? [...lines.slice(0, FINDINGS_SHOWN_MAX), `… and ${rest} more`] : lines;
}

/** Nearest rank; 0 for no values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
