/** What a client shows of a conversation, and what it should show by the server's log. */

import type { MessageEntry } from '../../../examples/server/engine/records.js';
import type { ChatMessage } from '../../../src/client/chat-message.js';
import type { Life } from '../device/life.js';
import type { World } from '../world/world.js';

/**
 * Rows that the server has; own ones without a place are still under way, or failed. An answer is kept while it grows,
 * whatever is evicted after it, so at the old end it may stand alone: such rows are left out.
 */
export function shownHistory(world: World, life: Life, conversationId: string): readonly ChatMessage[] {
  const { messages } = life.client.conversation(conversationId).snapshot;
  const rows = messages.filter(({ seq }) => seq !== null);
  const log = world.server.truth.current(conversationId)?.entries ?? [];
  let first = 0;
  for (const [at, { seq, stream }] of rows.entries()) {
    if (stream === null) break;
    const next = log.find((entry) => entry?.kind === 'message' && entry.seq > (seq ?? 0));
    if (next !== undefined && rows[at + 1] !== undefined && rows[at + 1]?.seq !== next.seq) first = at + 1;
  }
  return rows.slice(first);
}

/** The log from the first shown row on, without what a gap event told to be lost and without second copies. */
export function expectedHistory(
  world: World,
  life: Life,
  conversationId: string,
  shown: readonly ChatMessage[],
): readonly MessageEntry[] {
  const log = world.server.truth.current(conversationId);
  const messages = (log?.entries ?? []).filter((entry) => entry?.kind === 'message');
  const gaps = world.gapsOf(life, conversationId);
  const isLost = ({ seq }: MessageEntry) => gaps.some(({ fromSeq, toSeq }) => seq >= fromSeq && seq <= toSeq);
  const seen = new Set<string>();
  const distinct = messages.filter(({ clientMessageId }) => {
    const isSecond = clientMessageId !== null && seen.has(clientMessageId);
    if (clientMessageId !== null) seen.add(clientMessageId);
    return !isSecond;
  });
  const firstSeq = shown[0]?.seq ?? null;
  if (firstSeq === null) return distinct.filter((entry) => !isLost(entry));
  const shownSeqs = new Set(shown.map(({ seq }) => seq));
  return distinct.filter((entry) => entry.seq >= firstSeq && (shownSeqs.has(entry.seq) || !isLost(entry)));
}
