import type { CloseCause } from '../core/connection/close-cause.js';
import { nearestLimitMs } from '../core/connection/cuts.js';
import type { ConnectionSnapshot } from './chat-snapshot.js';
import type { UnreadFrames } from './recent-trouble.js';

/** Why the client is or is not connected, and what comes next. */
export interface Explanation {
  readonly status: ConnectionSnapshot['status'];
  readonly cause: CloseCause | null;
  readonly attempt: number;
  /** `reconnect.attemptsMax`; null if there is no limit, or nothing is tried. */
  readonly attemptsMax: number | null;
  /** What the client waits for; null where it waits for nothing. */
  readonly awaited: Awaited | null;
  /** When the next dial is due, in Unix milliseconds; null if none is scheduled. */
  readonly retryAtMs: number | null;
  /** Until when the server has asked for nothing to be sent, such as at a limit, in Unix milliseconds; else null. */
  readonly sendsAgainAtMs: number | null;
  /** What the option `diagnose` found out about refused handshakes, in its words; null if nothing. */
  readonly found: string | null;
  /** What the user or the developer can do; empty if nothing needs doing. */
  readonly advice: readonly string[];
  /** All of it in sentences. */
  readonly text: string;
}

/**
 * `credentials`: the URL and the token. `socket`: the handshake. `join`: the hello and the conversations. `retry`: the
 * time of the next dial. `page`: that the page is shown again. `successor`: a fresh connection that takes over. `close`:
 * the server's part of it. `signal`: a wake-up, `connect()` or a message. `connect`: that it is called.
 */
export type Awaited =
  | 'credentials'
  | 'socket'
  | 'join'
  | 'retry'
  | 'page'
  | 'successor'
  | 'close'
  | 'signal'
  | 'connect';

const MINUTE_MS = 60_000;

/** What is known besides the state; null for nothing. */
interface Findings {
  /** What `diagnose` answered. */
  readonly found: string | null;
  readonly dialWords: string | null;
  readonly unread: UnreadFrames | null;
  /** Frames so far that were too big to be read. */
  readonly framesTooBig: number;
  /** Until when messages wait for the server; null if they do not. */
  readonly sendsAgainAtMs: number | null;
}

const NOTHING_FOUND: Findings = { found: null, dialWords: null, unread: null, framesTooBig: 0, sendsAgainAtMs: null };

/** Puts a connection into words. Never holds a URL, a token or message text. */
export function explainConnection(
  connection: ConnectionSnapshot,
  nowMs: number,
  findings: Findings = NOTHING_FOUND,
): Explanation {
  const { found, sendsAgainAtMs } = findings;
  const cause = 'cause' in connection ? connection.cause : null;
  const advice = [
    ...(cause === null ? [] : adviseOn(cause, findings)),
    ...tellUnread(findings.unread),
    ...adviseOnSize(findings.framesTooBig),
  ];
  const sentences = [
    tellStatus(connection, nowMs),
    ...(sendsAgainAtMs === null ? [] : [tellPause(sendsAgainAtMs - nowMs)]),
    ...(cause === null ? [] : [tellCause(cause)]),
    ...advice,
  ];
  const isConnecting = connection.status === 'connecting';
  return {
    status: connection.status,
    cause,
    attempt: isConnecting ? connection.attempt : 0,
    attemptsMax: isConnecting ? connection.attemptsMax : null,
    awaited: awaitedBy(connection),
    retryAtMs: isConnecting ? connection.retryAtMs : null,
    sendsAgainAtMs,
    found,
    advice,
    text: sentences.join(' '),
  };
}

function awaitedBy(connection: ConnectionSnapshot): Awaited | null {
  switch (connection.status) {
    case 'open':
      return connection.handover ? 'successor' : null;
    case 'closing':
      return 'close';
    case 'closed':
      if (connection.reason === 'disposed') return null;
      return connection.reason === 'exhausted' ? 'signal' : 'connect';
    case 'connecting':
      if (connection.phase === 'waiting') return connection.retryAtMs === null ? 'page' : 'retry';
      return AWAITED_IN[connection.phase];
  }
}

const AWAITED_IN = { authorizing: 'credentials', dialing: 'socket', joining: 'join' } as const;

function tellStatus(connection: ConnectionSnapshot, nowMs: number): string {
  switch (connection.status) {
    case 'open':
      return connection.handover ? 'Connected; a fresh connection is about to take over.' : 'Connected.';
    case 'closing':
      return 'Closing the connection.';
    case 'closed':
      return CLOSED_TEXTS[connection.reason];
    case 'connecting':
      return connection.phase === 'waiting' ? tellWait(connection, nowMs) : PHASE_TEXTS[connection.phase];
  }
}

const CLOSED_TEXTS = {
  initial: 'Not connected: connect() has not been called.',
  client: 'Not connected: the application closed the client.',
  stopped: 'Not connected, and not trying again: connect() starts anew.',
  exhausted: 'Not connected: every allowed attempt failed. A wake-up, connect() or a new message starts anew.',
  disposed: 'Not connected: the client was disposed.',
} as const;

const PHASE_TEXTS = {
  authorizing: 'Waiting for the URL and the token.',
  dialing: 'Opening the socket.',
  joining: 'The socket is open; waiting for the hello and the conversations.',
} as const;

function tellWait(waiting: Extract<ConnectionSnapshot, { status: 'connecting' }>, nowMs: number): string {
  if (waiting.retryAtMs === null) return 'The page was left; the client connects when it is shown again.';
  const seconds = Math.max(0, Math.ceil((waiting.retryAtMs - nowMs) / 1_000));
  const limit = waiting.attemptsMax === null ? '' : ` of ${waiting.attemptsMax}`;
  return `Reconnecting in ${seconds} s, attempt ${waiting.attempt}${limit}.`;
}

function tellPause(leftMs: number): string {
  const left = leftMs >= MINUTE_MS ? `${Math.ceil(leftMs / MINUTE_MS)} min` : `${Math.ceil(leftMs / 1_000)} s`;
  return `The server asked for a pause; messages go out again in ${left}.`;
}

function tellCause(cause: CloseCause): string {
  const detail = cause.code === null ? '' : ` (code ${cause.code})`;
  const reason = cleaned(cause.reason ?? '').replace(/\.$/, '');
  const words = reason === '' ? '' : `: ${reason}`;
  return `Last cause: ${CAUSE_TEXTS[cause.kind]}${detail}${words}.`;
}

/** Reasons come from elsewhere and go to logs and screens. */
function cleaned(words: string): string {
  return words.replace(CONTROL_CHARACTERS, ' ').trim();
}

const CONTROL_CHARACTERS = /\p{Cc}/gu;

const CAUSE_TEXTS: Readonly<Record<CloseCause['kind'], string>> = {
  'socket-closed': 'the socket closed',
  'token-failed': 'the url or the token function failed, or gave nothing usable',
  'token-timed-out': 'the url or the token function did not answer in time',
  'token-refused': 'the server refused the token',
  'no-token': 'the token provider has no session',
  'stopped-by-provider': 'the token provider stopped the client',
  'dial-failed': 'the transport could not dial',
  'dial-timed-out': 'the handshake was not answered in time',
  'join-timed-out': 'the server did not greet, or did not answer a join, in time',
  unresponsive: 'the server stopped answering',
  'ack-overdue': 'an acknowledgement was overdue',
  'bad-frames': 'the server sent too many frames that cannot be read',
};

/** A server whose hello has another shape is else no more than a silent one. */
function tellUnread(unread: UnreadFrames | null): readonly string[] {
  if (unread === null) return [];
  const { count, lastFault } = unread;
  const what = count === 1 ? '1 frame of the server was' : `${count} frames of the server were`;
  return [
    `Before the connection was open, ${what} dropped unread, the last as ${lastFault}.`,
    'Check the hello and the answers to joins; envelopeServerFrameSchema of chatsocket/schemas names the field that is wrong.',
  ];
}

function adviseOn(cause: CloseCause, { found, dialWords }: Findings): readonly string[] {
  if (found !== null) return [`The handshake was refused, and this was found: ${cleaned(found)}`];
  switch (cause.diagnosis) {
    case 'handshake-refused':
      return [
        'The handshake was refused several times and browsers hide why (code 1006).',
        'Check the URL and path, the allowed origins, the token, and that a proxy passes the upgrade on.',
        'A server that accepts first and closes with 4401 or 4403 after lets the client know the reason.',
      ];
    case 'idle-timeout':
      return [
        `Three connections were cut after ${secondsOf(cause.quietMs)} s without a frame: likely the idle timeout of a proxy.`,
        'Raise it, or set heartbeat.intervalMs well below it.',
      ];
    case 'age-limit':
      return [
        `Three connections were cut after ${secondsOf(cause.ageMs)} s, idle or not: likely a limit of a proxy or platform.`,
        'Raise it.',
      ];
    case null:
      return adviseOnKind(cause, dialWords === null ? [] : [cleaned(dialWords)]);
  }
}

/** An answer that nobody could read looks like one that never came. */
function adviseOnSize(framesTooBig: number): readonly string[] {
  if (framesTooBig === 0) return [];
  return [
    `Frames of the server that were longer than inbox.frameBytesMax, and so were not read: ${framesTooBig}.`,
    'Have the server bound its answers by their bytes, or raise the limit.',
  ];
}

function secondsOf(timeMs: number | null): number {
  return nearestLimitMs(timeMs ?? 0) / 1_000;
}

function adviseOnKind(cause: CloseCause, dialWords: readonly string[]): readonly string[] {
  switch (cause.kind) {
    case 'token-refused':
    case 'no-token':
      return ['Sign in again, then call connect().'];
    case 'token-failed':
      return [...dialWords, 'Check the token endpoint.'];
    case 'token-timed-out':
      return ['Check the token endpoint.'];
    case 'stopped-by-provider':
      return [];
    case 'dial-failed':
      return dialWords;
    case 'bad-frames':
      return ['Check that client and server speak the same protocol.'];
    default:
      return cause.action === 'stop' ? ['The close code means that dialling again will not help.'] : [];
  }
}
