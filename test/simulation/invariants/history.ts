/** What a client shows of a conversation, and what it should show by the server's log. */

import type { LogEntry, MessageEntry } from '../../../examples/server/engine/records.js';
import type { ChatMessage } from '../../../src/client/chat-message.js';
import type { Life } from '../device/life.js';
import type { World } from '../world/world.js';

/** In words, how what a client shows differs from the log; null if it does not. */
export function findDifference(world: World, life: Life, conversationId: string): string | null {
  const shown = shownHistory(world, life, conversationId);
  const expected = expectedHistory(world, life, { conversationId, shown });
  const seqsOf = (rows: readonly { readonly seq: number | null }[]) => rows.map(({ seq }) => seq).join(' ');
  if (seqsOf(shown) !== seqsOf(expected)) {
    return `${conversationId} shows ${seqsOf(shown) || 'nothing'}, and the log has ${seqsOf(expected) || 'nothing'}`;
  }
  for (const [at, row] of shown.entries()) {
    const entry = expected[at];
    if (entry === undefined) continue;
    if (!isRightText(world, row, entry) && !isChangeLost(world, { life, conversationId }, entry)) {
      return `${conversationId} shows ${row.seq} ${glimpse(row.content)}, and the log has ${glimpse(entry.content)}`;
    }
    if (row.stream === 'streaming' || row.stream === 'stalled') {
      return `${conversationId} shows ${row.seq} as still ${row.stream}`;
    }
  }
  return null;
}

/** True for a message of the log that is one, and not deleted. */
function isMessage(entry: LogEntry | undefined): entry is MessageEntry {
  return entry?.kind === 'message' && !entry.deleted;
}

/**
 * Rows that the server has; own ones without a place are still under way, or failed. An answer is kept while it grows,
 * whatever is evicted after it, so at the old end it may stand alone: such rows are left out.
 */
function shownHistory(world: World, life: Life, conversationId: string): readonly ChatMessage[] {
  const { messages } = life.client.conversation(conversationId).snapshot;
  const rows = messages.filter(({ seq }) => seq !== null);
  const log = world.server.truth.current(conversationId)?.entries ?? [];
  let first = 0;
  for (const [at, { seq, stream }] of rows.entries()) {
    if (stream === null) break;
    const next = log.find((entry) => isMessage(entry) && entry.seq > (seq ?? 0));
    if (next !== undefined && rows[at + 1] !== undefined && rows[at + 1]?.seq !== next.seq) first = at + 1;
  }
  return rows.slice(first);
}

/** The log from the first shown row on, without what a gap event told to be lost and without second copies. */
function expectedHistory(
  world: World,
  life: Life,
  { conversationId, shown }: { conversationId: string; shown: readonly ChatMessage[] },
): readonly MessageEntry[] {
  const log = world.server.truth.current(conversationId);
  const shownSeqs = new Set(shown.map(({ seq }) => seq));
  const shownNames = new Set(shown.map(({ clientMessageId }) => clientMessageId));
  const { hasOlder } = life.client.conversation(conversationId).snapshot;
  // A server that has only changes in its memory gives no message, and says that there are older ones.
  const firstSeq = shown[0]?.seq ?? (hasOlder ? Number.POSITIVE_INFINITY : 1);
  /** Where each message was first stored; a copy at another place is only shown where the first is not. */
  const places = new Map<string, number>();
  const firstPlaceOf = ({ clientMessageId, seq }: MessageEntry) => {
    if (clientMessageId === null) return seq;
    const place = places.get(clientMessageId) ?? seq;
    places.set(clientMessageId, place);
    return place;
  };
  return (log?.entries ?? []).filter((entry): entry is MessageEntry => {
    if (entry?.kind !== 'message') return false;
    const firstPlace = firstPlaceOf(entry);
    if (entry.seq < firstSeq) return false;
    if (firstPlace !== entry.seq) return shownSeqs.has(entry.seq) && !shownSeqs.has(firstPlace);
    // Its second copy was here before it, and stays.
    if (entry.clientMessageId !== null && shownNames.has(entry.clientMessageId) && !shownSeqs.has(entry.seq))
      return false;
    if (entry.deleted) return shownSeqs.has(entry.seq) && isChangeLost(world, { life, conversationId }, entry);
    return shownSeqs.has(entry.seq) || !isInGap(world, { life, conversationId }, entry.seq);
  });
}

/** The last edit or deletion of a message lies in a range that was told to be lost. */
function isChangeLost(world: World, place: Place, { id }: MessageEntry): boolean {
  const entries = world.server.truth.current(place.conversationId)?.entries ?? [];
  const change = entries.findLast(
    (entry) => (entry?.kind === 'edited' || entry?.kind === 'deleted') && entry.messageId === id,
  );
  return change !== undefined && isInGap(world, place, change.seq);
}

/** Whose view of which conversation. */
interface Place {
  readonly life: Life;
  readonly conversationId: string;
}

function isInGap(world: World, { life, conversationId }: Place, seq: number): boolean {
  return world.gapsOf(life, conversationId).some(({ fromSeq, toSeq }) => seq >= fromSeq && seq <= toSeq);
}

/** An answer that its reader stopped keeps what it had, however far the server wrote on, or lost of it since. */
function isRightText(world: World, row: ChatMessage, entry: MessageEntry): boolean {
  const shown = wellFormed(row.content);
  if (row.stream !== 'stopped') return wellFormed(entry.content) === shown;
  const isCut = world.server.textOfAnswer(entry.id)?.startsWith(entry.content) === true;
  return entry.content.startsWith(shown) || (isCut && shown.startsWith(wellFormed(entry.content)));
}

/** A log may end in half a character where an answer was stopped; nobody shows that half. */
function wellFormed(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

function glimpse(text: string): string {
  return `${text.length} ${JSON.stringify(text.slice(0, 8))}…${JSON.stringify(text.slice(-8))}`;
}
