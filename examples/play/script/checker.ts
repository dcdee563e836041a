/**
 * The judge: compares what was attempted with the server's logs and with what every client saw. It knows messages by the
 * text that the script made up for them, so it trusts no id of the library.
 */

export interface Evidence {
  /** Every call of `send`, in the order of the calls. */
  readonly attempts: readonly Attempt[];
  /** The server's logs, oldest entry first. */
  readonly logs: ReadonlyMap<string, readonly LogEntry[]>;
  readonly views: readonly View[];
}

export interface Attempt {
  readonly conversationId: string;
  readonly senderId: string;
  readonly text: string;
}

export interface LogEntry {
  readonly seq: number | null;
  readonly senderId: string | null;
  readonly text: string;
  readonly clientMessageId: string | null;
}

/** What one client was told, in the order in which it was told. */
export interface View {
  readonly viewerId: string;
  readonly conversationId: string;
  /** Messages of others. */
  readonly received: readonly Sighting[];
  /** The acks of its own messages. */
  readonly acked: readonly Sighting[];
  /** Whose absence says nothing: the viewer was away, or was told that it missed something. Default: none may miss. */
  readonly mayMiss?: (text: string) => boolean;
}

export interface Sighting {
  readonly seq: number | null;
  readonly text: string;
}

export type FindingKind = 'lost' | 'doubled' | 'unexpected' | 'out of order';

export interface Finding {
  readonly kind: FindingKind;
  readonly conversationId: string;
  readonly text: string;
  readonly clientMessageId: string | null;
  /** Where it shows: `log`, or whose view. */
  readonly where: string;
}

export interface Verdict {
  readonly attempted: number;
  readonly acked: number;
  /** Messages, each counted once however often it shows. */
  readonly lost: number;
  readonly doubled: number;
  readonly unexpected: number;
  readonly outOfOrder: number;
  readonly findings: readonly Finding[];
}

export function judge(evidence: Evidence): Verdict {
  const conversationIds = new Set([
    ...evidence.attempts.map(({ conversationId }) => conversationId),
    ...evidence.logs.keys(),
    ...evidence.views.map(({ conversationId }) => conversationId),
  ]);
  const findings = [...conversationIds].flatMap((conversationId) => judgeConversation(evidence, conversationId));
  const count = (kind: FindingKind) => {
    const ofKind = findings.filter((finding) => finding.kind === kind);
    return new Set(ofKind.map(({ conversationId, text }) => JSON.stringify([conversationId, text]))).size;
  };
  return {
    attempted: evidence.attempts.length,
    acked: evidence.views.reduce((sum, { acked }) => sum + new Set(acked.map(({ text }) => text)).size, 0),
    lost: count('lost'),
    doubled: count('doubled'),
    unexpected: count('unexpected'),
    outOfOrder: count('out of order'),
    findings,
  };
}

/** False if one message is missing, doubled, strange or out of its place. */
export function isClean({ lost, doubled, unexpected, outOfOrder }: Verdict): boolean {
  return lost === 0 && doubled === 0 && unexpected === 0 && outOfOrder === 0;
}

interface Case {
  readonly conversationId: string;
  readonly attempts: readonly Attempt[];
  readonly log: readonly LogEntry[];
}

function judgeConversation(evidence: Evidence, conversationId: string): readonly Finding[] {
  const inConversation = (item: { readonly conversationId: string }) => item.conversationId === conversationId;
  const log = evidence.logs.get(conversationId) ?? [];
  const facts: Case = { conversationId, attempts: evidence.attempts.filter(inConversation), log };
  return [...judgeLog(facts), ...evidence.views.filter(inConversation).flatMap((view) => judgeView(facts, view))];
}

function judgeLog({ conversationId, attempts, log }: Case): readonly Finding[] {
  const find = findingsIn(conversationId, 'log', log);
  const attempted = attempts.map(({ text }) => text);
  const logged = log.map(({ text }) => text);
  return [
    ...find('lost', missingFrom(logged, attempted)),
    ...find('doubled', repeatedIn(logged)),
    ...find('unexpected', missingFrom(attempted, logged)),
    ...find('out of order', unorderedBySeq(log)),
    ...[...new Set(attempts.map(({ senderId }) => senderId))].flatMap((senderId) => {
      const sent = attempts.filter((attempt) => attempt.senderId === senderId).map(({ text }) => text);
      return find('out of order', unorderedBy(sent, logged));
    }),
  ];
}

/** A view is complete when its own acked messages and those of the others make up the whole log. */
function judgeView({ conversationId, attempts, log }: Case, view: View): readonly Finding[] {
  const find = findingsIn(conversationId, view.viewerId, log);
  const own = attempts.filter(({ senderId }) => senderId === view.viewerId).map(({ text }) => text);
  const others = attempts.filter(({ senderId }) => senderId !== view.viewerId).map(({ text }) => text);
  const received = view.received.map(({ text }) => text);
  const acked = view.acked.map(({ text }) => text);
  const places = new Set(log.map(({ text, seq }) => placeOf(text, seq)));
  const logged = new Set(log.map(({ text }) => text));
  const misplaced = [...view.received, ...view.acked].filter(
    ({ text, seq }) => logged.has(text) && !places.has(placeOf(text, seq)),
  );
  const repeated = new Set(repeatedIn(log.map(({ text }) => text)));
  const strange = [...missingFrom(own, acked), ...missingFrom(others, received)];
  return [
    ...find(
      'lost',
      [...missingFrom(acked, own), ...missingFrom(received, others)].filter((text) => view.mayMiss?.(text) !== true),
    ),
    ...find('doubled', [...repeatedIn(received), ...repeatedIn(acked)]),
    // The second copy of an own message comes in as if it were another's.
    ...find(
      'doubled',
      strange.filter((text) => repeated.has(text)),
    ),
    ...find(
      'unexpected',
      strange.filter((text) => !repeated.has(text)),
    ),
    ...find('out of order', [...unorderedBySeq(view.received), ...unorderedBySeq(view.acked)]),
    ...find(
      'out of order',
      misplaced.map(({ text }) => text),
    ),
  ];
}

function placeOf(text: string, seq: number | null): string {
  return JSON.stringify([text, seq]);
}

function findingsIn(conversationId: string, where: string, log: readonly LogEntry[]) {
  const ids = new Map(log.map(({ text, clientMessageId }) => [text, clientMessageId]));
  return (kind: FindingKind, texts: readonly string[]): readonly Finding[] =>
    [...new Set(texts)].map((text) => ({ kind, conversationId, text, clientMessageId: ids.get(text) ?? null, where }));
}

function missingFrom(present: readonly string[], wanted: readonly string[]): readonly string[] {
  const known = new Set(present);
  return wanted.filter((text) => !known.has(text));
}

function repeatedIn(texts: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return texts.filter((text) => seen.size === seen.add(text).size);
}

/** Those that come at or below a number that was there before, or that have none. */
function unorderedBySeq(sightings: readonly Sighting[]): readonly string[] {
  let highest = 0;
  return sightings.flatMap(({ text, seq }) => {
    if (seq === null || seq <= highest) return [text];
    highest = seq;
    return [];
  });
}

/** Those of `texts` whose first sighting comes before that of one sent earlier. */
function unorderedBy(sent: readonly string[], texts: readonly string[]): readonly string[] {
  const places = new Map(sent.map((text, place) => [text, place]));
  const seen = new Set<string>();
  let highest = -1;
  return texts.filter((text) => {
    const place = places.get(text);
    if (place === undefined || seen.has(text)) return false;
    seen.add(text);
    if (place < highest) return true;
    highest = place;
    return false;
  });
}
