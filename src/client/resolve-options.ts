/** Fills and checks every option, once; the one place where defaults and platform adapters are wired. */

import type { CloseCause } from '../core/connection/close-cause.js';
import type { ConnectionPolicy } from '../core/connection/step.js';
import type { InboxBounds } from '../core/inbox/inbox.js';
import type { OutboxBounds } from '../core/outbox/outbox.js';
import { browserPageSignals } from '../platform/browser-page-signals.js';
import { mathRandom } from '../platform/math-random.js';
import { nanoidIds } from '../platform/nanoid-ids.js';
import { systemClock } from '../platform/system-clock.js';
import type { Clock } from '../ports/clock.js';
import type { IdSource } from '../ports/id-source.js';
import type { Logger } from '../ports/logger.js';
import type { PageSignals } from '../ports/page-signals.js';
import type { Protocol } from '../ports/protocol.js';
import type { Random } from '../ports/random.js';
import type { TokenSource } from '../ports/token-source.js';
import type { Transport } from '../ports/transport.js';
import { envelopeProtocol } from '../protocols/envelope/envelope.js';
import { webSocketTransport } from '../transports/web-socket.js';
import { checkUrl } from './dial-request.js';
import { checkFunction, checkGroup, invalidOption, readBoolean, readNumber } from './option-checks.js';
import type { ChatSocketOptions } from './options.js';

/** Every option, filled in. */
export interface ResolvedOptions {
  readonly url: ChatSocketOptions['url'];
  readonly token: TokenSource | null;
  readonly conversationId: string | null;
  readonly protocol: Protocol;
  readonly transport: Transport;
  readonly identity: string | null;
  readonly policy: ConnectionPolicy;
  readonly outbox: OutboxBounds & {
    readonly inFlightMax: number;
    readonly ackTimeoutMs: number;
    readonly ratePerSecond: number;
    readonly contentLengthMax: number;
  };
  readonly inbox: InboxBounds & { readonly frameBytesMax: number; readonly notifyIntervalMs: number };
  readonly allowInsecure: boolean;
  readonly logger: Logger | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: IdSource;
  readonly pageSignals: PageSignals;
}

const OPTION_NAMES: readonly (keyof ChatSocketOptions)[] = [
  'url',
  'token',
  'conversationId',
  'protocol',
  'transport',
  'identity',
  'reconnect',
  'heartbeat',
  'timeouts',
  'outbox',
  'inbox',
  'logger',
  'shouldRetry',
  'allowInsecure',
  'clock',
  'random',
  'ids',
  'pageSignals',
];
const DELAY_MAX_MS = 600_000;
const COUNT_MAX = 1_000_000;

/** Throws `usage/invalid-option` for the first option that cannot be used. */
export function resolveOptions(options: ChatSocketOptions): ResolvedOptions {
  checkGroup('', options, OPTION_NAMES);
  const allowInsecure = readBoolean('allowInsecure', options.allowInsecure, false);
  if (typeof options.url !== 'function') checkUrl(options.url, allowInsecure);
  checkFunction('token', options.token);
  checkFunction('logger', options.logger);
  checkFunction('shouldRetry', options.shouldRetry);
  const protocol = options.protocol ?? envelopeProtocol();
  return {
    url: options.url,
    token: options.token ?? null,
    conversationId: readConversationId(options.conversationId),
    protocol,
    transport: options.transport ?? webSocketTransport(),
    identity: options.identity ?? null,
    policy: resolvePolicy(options, protocol),
    outbox: resolveOutbox(options.outbox, protocol),
    inbox: resolveInbox(options.inbox),
    allowInsecure,
    logger: options.logger ?? null,
    clock: options.clock ?? systemClock(),
    random: options.random ?? mathRandom,
    ids: options.ids ?? nanoidIds(),
    pageSignals: options.pageSignals ?? browserPageSignals(),
  };
}

function readConversationId(id: unknown): string | null {
  if (id === undefined) return null;
  if (typeof id !== 'string' || id === '') throw invalidOption('conversationId', id, 'a string with something in it');
  return id;
}

function resolvePolicy(options: ChatSocketOptions, protocol: Protocol): ConnectionPolicy {
  const { reconnect = {}, heartbeat = {}, timeouts = {} } = options;
  checkGroup('reconnect', reconnect, [
    'delayFirstMs',
    'delayMaxMs',
    'factor',
    'attemptsMax',
    'stableAfterMs',
    'dialsPerMinuteMax',
  ]);
  checkGroup('heartbeat', heartbeat, ['intervalMs', 'timeoutMs', 'whenIdleOnly']);
  checkGroup('timeouts', timeouts, ['tokenMs', 'connectMs', 'closeMs']);
  const time = (option: string, value: unknown, fallback: number) =>
    readNumber(option, value, { from: 1, to: DELAY_MAX_MS, fallback });
  const delayFirstMs = readNumber('reconnect.delayFirstMs', reconnect.delayFirstMs, {
    from: 0,
    to: DELAY_MAX_MS,
    fallback: 1_000,
  });
  return {
    delayFirstMs,
    delayMaxMs: readNumber('reconnect.delayMaxMs', reconnect.delayMaxMs, {
      from: delayFirstMs,
      to: DELAY_MAX_MS,
      fallback: Math.max(30_000, delayFirstMs),
    }),
    factor: readNumber('reconnect.factor', reconnect.factor, { from: 1, to: 10, fallback: 2 }),
    attemptsMax: readNumber('reconnect.attemptsMax', reconnect.attemptsMax, {
      from: 0,
      to: Number.POSITIVE_INFINITY,
      fallback: Number.POSITIVE_INFINITY,
      isWhole: true,
    }),
    stableAfterMs: readNumber('reconnect.stableAfterMs', reconnect.stableAfterMs, {
      from: 0,
      to: DELAY_MAX_MS,
      fallback: 10_000,
    }),
    dialsPerMinuteMax: readNumber('reconnect.dialsPerMinuteMax', reconnect.dialsPerMinuteMax, {
      from: 1,
      to: 60,
      fallback: 12,
      isWhole: true,
    }),
    heartbeatIntervalMs: readNumber('heartbeat.intervalMs', heartbeat.intervalMs, {
      from: 1_000,
      to: Number.POSITIVE_INFINITY,
      fallback: 25_000,
    }),
    heartbeatTimeoutMs: readNumber('heartbeat.timeoutMs', heartbeat.timeoutMs, {
      from: 100,
      to: DELAY_MAX_MS,
      fallback: 10_000,
    }),
    pingWhenIdleOnly: readBoolean('heartbeat.whenIdleOnly', heartbeat.whenIdleOnly, false),
    peerAnswersPings: protocol.answersPings === 'always',
    tokenMs: time('timeouts.tokenMs', timeouts.tokenMs, 10_000),
    connectMs: time('timeouts.connectMs', timeouts.connectMs, 10_000),
    closeMs: time('timeouts.closeMs', timeouts.closeMs, 3_000),
    shouldRetry: guardShouldRetry(options.shouldRetry),
  };
}

/** The application's reading of a close; one that throws leaves it to the table. */
function guardShouldRetry(shouldRetry: ChatSocketOptions['shouldRetry']): ConnectionPolicy['shouldRetry'] {
  if (shouldRetry === undefined) return () => undefined;
  return (cause: CloseCause) => {
    try {
      return shouldRetry(cause);
    } catch {
      return undefined;
    }
  };
}

function resolveOutbox(outbox: ChatSocketOptions['outbox'] = {}, protocol: Protocol): ResolvedOptions['outbox'] {
  checkGroup('outbox', outbox, [
    'messagesMax',
    'bytesMax',
    'inFlightMax',
    'ackTimeoutMs',
    'ratePerSecond',
    'contentLengthMax',
  ]);
  const whole = (option: string, value: unknown, to: number, fallback: number) =>
    readNumber(option, value, { from: 1, to, fallback, isWhole: true });
  return {
    messagesMax: whole('outbox.messagesMax', outbox.messagesMax, 100_000, 200),
    bytesMax: whole('outbox.bytesMax', outbox.bytesMax, 1_000_000_000, 1_000_000),
    inFlightMax: whole('outbox.inFlightMax', outbox.inFlightMax, 1_000, 8),
    ackTimeoutMs: whole('outbox.ackTimeoutMs', outbox.ackTimeoutMs, DELAY_MAX_MS, 10_000),
    ratePerSecond: readNumber('outbox.ratePerSecond', outbox.ratePerSecond, {
      from: 1,
      to: Number.POSITIVE_INFINITY,
      fallback: 15,
    }),
    contentLengthMax: Math.min(
      whole('outbox.contentLengthMax', outbox.contentLengthMax, COUNT_MAX, 10_000),
      protocol.contentLengthMax,
    ),
  };
}

function resolveInbox(inbox: ChatSocketOptions['inbox'] = {}): ResolvedOptions['inbox'] {
  checkGroup('inbox', inbox, ['historyMax', 'seenMax', 'reorderMax', 'frameBytesMax', 'notifyIntervalMs']);
  const whole = (option: string, value: unknown, fallback: number) =>
    readNumber(option, value, { from: 1, to: COUNT_MAX, fallback, isWhole: true });
  return {
    historyMax: whole('inbox.historyMax', inbox.historyMax, 100),
    seenMax: whole('inbox.seenMax', inbox.seenMax, 2_000),
    reorderMax: whole('inbox.reorderMax', inbox.reorderMax, 256),
    frameBytesMax: readNumber('inbox.frameBytesMax', inbox.frameBytesMax, {
      from: 1_024,
      to: 100_000_000,
      fallback: 1_000_000,
      isWhole: true,
    }),
    notifyIntervalMs: readNumber('inbox.notifyIntervalMs', inbox.notifyIntervalMs, {
      from: 0,
      to: 10_000,
      fallback: 50,
    }),
  };
}
