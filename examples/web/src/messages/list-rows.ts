/** Turns messages into rows of a list: day separators between them, and neighbours of one sender drawn together. */

import type { ChatMessage } from 'chatsocket';

export interface DayRow {
  readonly kind: 'day';
  readonly key: string;
  readonly atMs: number;
}

export interface MessageListRow {
  readonly kind: 'message';
  readonly key: string;
  readonly message: ChatMessage;
  /** The first of its group carries the sender's name. */
  readonly opensGroup: boolean;
  /** The last of its group carries the picture and the time. */
  readonly closesGroup: boolean;
}

export type ListRow = DayRow | MessageListRow;

const GROUP_PAUSE_MAX_MS = 5 * 60_000;

export function listRows(messages: readonly ChatMessage[]): readonly ListRow[] {
  const rows: ListRow[] = [];
  let dayShown = Number.NEGATIVE_INFINITY;
  for (const [index, message] of messages.entries()) {
    const day = startOfDay(message.createdAtMs);
    // Clocks of two machines differ: a day that seems to go back gets no separator.
    if (day > dayShown) {
      rows.push({ kind: 'day', key: `day-${day}`, atMs: message.createdAtMs });
      dayShown = day;
    }
    rows.push({
      kind: 'message',
      key: message.key,
      message,
      opensGroup: !belongTogether(messages[index - 1], message),
      closesGroup: !belongTogether(message, messages[index + 1]),
    });
  }
  return rows;
}

function belongTogether(earlier: ChatMessage | undefined, later: ChatMessage | undefined): boolean {
  if (earlier === undefined || later === undefined) return false;
  if (earlier.sender.role !== later.sender.role || earlier.sender.id !== later.sender.id) return false;
  if (startOfDay(earlier.createdAtMs) !== startOfDay(later.createdAtMs)) return false;
  return Math.abs(later.createdAtMs - earlier.createdAtMs) <= GROUP_PAUSE_MAX_MS;
}

function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}
