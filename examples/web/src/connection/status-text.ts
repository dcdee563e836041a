/** What the connection is doing, in a few words. */

import type { ConnectionSnapshot } from 'chatsocket';

export type StatusTone = 'good' | 'busy' | 'bad';

export interface StatusText {
  readonly tone: StatusTone;
  readonly text: string;
  /** Whether the person can hurry things along. */
  readonly canRetry: boolean;
}

export function statusText(connection: ConnectionSnapshot, nowMs: number): StatusText {
  switch (connection.status) {
    case 'open':
      return { tone: 'good', text: connection.handover ? 'Connected, changing over' : 'Connected', canRetry: false };
    case 'connecting':
      return connectingText(connection, nowMs);
    case 'closing':
      return { tone: 'busy', text: 'Disconnecting…', canRetry: false };
    case 'closed':
      return { tone: 'bad', text: CLOSED_TEXT[connection.reason], canRetry: connection.reason !== 'disposed' };
  }
}

/** The same without what changes every second: for ears rather than eyes. */
export function spokenStatus(connection: ConnectionSnapshot): string {
  if (connection.status === 'connecting') return connection.attempt === 0 ? 'Connecting' : 'Reconnecting';
  return connection.status === 'closed' ? CLOSED_TEXT[connection.reason] : 'Connected';
}

const CLOSED_TEXT = {
  initial: 'Not connected yet',
  client: 'Disconnected',
  stopped: 'Disconnected by the server',
  exhausted: 'Could not reconnect',
  disposed: 'Closed',
} as const;

type Connecting = Extract<ConnectionSnapshot, { status: 'connecting' }>;

function connectingText(connection: Connecting, nowMs: number): StatusText {
  if (connection.attempt === 0) return { tone: 'busy', text: 'Connecting…', canRetry: false };
  const count =
    connection.attemptsMax === null
      ? `attempt ${connection.attempt}`
      : `${connection.attempt}/${connection.attemptsMax}`;
  const wait = waitText(connection.retryAtMs, nowMs);
  // “Reconnecting… 2/5 in 4 s” and “Reconnecting… attempt 2, in 4 s”.
  const joint = connection.attemptsMax === null ? ', ' : ' ';
  return { tone: 'busy', text: `Reconnecting… ${count}${wait === null ? '' : joint + wait}`, canRetry: wait !== null };
}

function waitText(retryAtMs: number | null, nowMs: number): string | null {
  if (retryAtMs === null) return null;
  const seconds = Math.max(1, Math.ceil((retryAtMs - nowMs) / 1_000));
  return seconds < 60 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} min`;
}
