import type { ChatMessage } from 'chatsocket';
import { describe, expect, it } from 'vitest';
import { listRows } from '../../examples/web/src/messages/list-rows.js';
import { briefTimeText, dayText } from '../../examples/web/src/messages/time-text.js';

const NOON_MS = new Date(2026, 4, 20, 12).getTime();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function message(key: string, senderId: string, createdAtMs: number): ChatMessage {
  return {
    key,
    id: key,
    clientMessageId: null,
    conversationId: 'lobby',
    sender: { id: senderId, role: 'other' },
    content: key,
    createdAtMs,
    seq: null,
    inReplyTo: null,
    delivery: null,
    stream: null,
    error: null,
    metadata: null,
  };
}

/** “[a b]” is one group, “—” a day. */
function sketch(messages: readonly ChatMessage[]): string {
  const parts = listRows(messages).map((row) => {
    if (row.kind === 'day') return '—';
    return `${row.opensGroup ? '[' : ''}${row.key}${row.closesGroup ? ']' : ''}`;
  });
  return parts.join(' ');
}

describe('listRows', () => {
  it('draws neighbours of one sender together', () => {
    const messages = [
      message('a', 'ada', NOON_MS),
      message('b', 'ada', NOON_MS + MINUTE_MS),
      message('c', 'grace', NOON_MS + 2 * MINUTE_MS),
    ];

    expect(sketch(messages)).toBe('— [a b] [c]');
  });

  it('begins a new group after a pause', () => {
    const messages = [message('a', 'ada', NOON_MS), message('b', 'ada', NOON_MS + 6 * MINUTE_MS)];

    expect(sketch(messages)).toBe('— [a] [b]');
  });

  it('puts a day between two days', () => {
    const messages = [message('a', 'ada', NOON_MS), message('b', 'ada', NOON_MS + DAY_MS)];

    expect(sketch(messages)).toBe('— [a] — [b]');
  });

  it('shows no day twice where a clock went back', () => {
    const messages = [
      message('a', 'ada', NOON_MS),
      message('b', 'grace', NOON_MS - DAY_MS),
      message('c', 'ada', NOON_MS + MINUTE_MS),
    ];

    expect(sketch(messages)).toBe('— [a] [b] [c]');
  });
});

describe('dayText', () => {
  it.each([
    ['Today', 0],
    ['Yesterday', DAY_MS],
    ['Saturday', 4 * DAY_MS],
    ['Wednesday, May 6', 14 * DAY_MS],
    ['May 20, 2025', 365 * DAY_MS],
  ])('says “%s”', (text, agoMs) => {
    expect(dayText(NOON_MS - agoMs, NOON_MS)).toBe(text);
  });

  it('calls the last minute of the day before yesterday’s', () => {
    const midnightMs = new Date(NOON_MS).setHours(0, 0, 0, 0);

    expect(dayText(midnightMs - 1, midnightMs)).toBe('Yesterday');
    expect(briefTimeText(midnightMs - 1, midnightMs)).toBe('Yesterday');
  });
});
