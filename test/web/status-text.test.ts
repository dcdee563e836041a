import type { ConnectionSnapshot } from 'chatsocket';
import { describe, expect, it } from 'vitest';
import { spokenStatus, statusText } from '../../examples/web/src/connection/status-text.js';

const NOW_MS = 1_000_000;

function waiting(attempt: number, attemptsMax: number | null, waitMs: number): ConnectionSnapshot {
  return { status: 'connecting', phase: 'waiting', attempt, attemptsMax, retryAtMs: NOW_MS + waitMs, cause: null };
}

describe('statusText', () => {
  it.each<[string, ConnectionSnapshot]>([
    ['Reconnecting… 2/5 in 4 s', waiting(2, 5, 4_000)],
    ['Reconnecting… attempt 2, in 4 s', waiting(2, null, 3_100)],
    ['Reconnecting… attempt 1, in 1 s', waiting(1, null, 0)],
    ['Reconnecting… attempt 9, in 2 min', waiting(9, null, 90_000)],
    [
      'Reconnecting… 3/5',
      { status: 'connecting', phase: 'dialing', attempt: 3, attemptsMax: 5, retryAtMs: null, cause: null },
    ],
    [
      'Connecting…',
      { status: 'connecting', phase: 'dialing', attempt: 0, attemptsMax: null, retryAtMs: null, cause: null },
    ],
    ['Connected', { status: 'open', sinceMs: 0, recovered: 'first', roundTripMs: null, handover: false }],
    ['Disconnecting…', { status: 'closing' }],
    ['Could not reconnect', { status: 'closed', reason: 'exhausted', cause: null }],
  ])('UP-47 says “%s”', (text, connection) => {
    const status = statusText(connection, NOW_MS);

    expect(status.text).toBe(text);
  });

  it('offers to hurry while it waits and after it gave up, and at no other time', () => {
    const dialing: ConnectionSnapshot = {
      ...waiting(2, null, 0),
      phase: 'dialing',
      retryAtMs: null,
    } as ConnectionSnapshot;

    expect(statusText(waiting(2, null, 4_000), NOW_MS).canRetry).toBe(true);
    expect(statusText({ status: 'closed', reason: 'stopped', cause: null }, NOW_MS).canRetry).toBe(true);
    expect(statusText(dialing, NOW_MS).canRetry).toBe(false);
    expect(statusText({ status: 'closed', reason: 'disposed', cause: null }, NOW_MS).canRetry).toBe(false);
  });

  it('says nothing to a screen reader that changes with every second', () => {
    const spoken = [4_000, 3_000, 2_000].map((waitMs) => spokenStatus(waiting(2, 5, waitMs)));

    expect(new Set(spoken)).toEqual(new Set(['Reconnecting']));
  });
});
