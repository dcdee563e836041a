/** Fills and checks every option, once; the one place where defaults and platform adapters are wired. */

import type { CloseCause } from '../../core/connection/close-cause.js';
import type { ConnectionPolicy } from '../../core/connection/step.js';
import type { InboxBounds } from '../../core/inbox/inbox.js';
import { broadcastTabChannel } from '../../platform/broadcast-tab-channel.js';
import { browserPageSignals } from '../../platform/browser-page-signals.js';
import { fetchHttp } from '../../platform/fetch-http.js';
import { mathRandom } from '../../platform/math-random.js';
import { nanoidIds } from '../../platform/nanoid-ids.js';
import { systemClock } from '../../platform/system-clock.js';
import type { Clock } from '../../ports/clock.js';
import type { IdSource } from '../../ports/id-source.js';
import type { Logger } from '../../ports/logger.js';
import type { PageSignals } from '../../ports/page-signals.js';
import type { Protocol, ProtocolPresets } from '../../ports/protocol.js';
import type { Random } from '../../ports/random.js';
import type { OpenTabChannel } from '../../ports/tab-channel.js';
import type { TokenSource } from '../../ports/token-source.js';
import type { Transport } from '../../ports/transport.js';
import { envelopeProtocol } from '../../protocols/envelope/envelope.js';
import { webSocketTransport } from '../../transports/web-socket.js';
import { checkUrl } from '../connection/dial-request.js';
import { Secrets } from '../secrets.js';
import { callSafely } from '../telling/listeners.js';
import { checkFunction, checkGroup, checkPart, invalidOption, readBoolean, readGroup } from './option-checks.js';
import type {
  ChatSocketOptions,
  Diagnose,
  HeartbeatOptions,
  InboxOptions,
  ReconnectOptions,
  TimeoutOptions,
} from './options.js';
import { type ResolvedOutboxOptions, resolveOutbox } from './resolve-outbox.js';

/** Every option, filled in. */
export interface ResolvedOptions {
  readonly url: ChatSocketOptions['url'];
  readonly token: TokenSource | null;
  readonly conversationId: string | null;
  readonly protocol: Protocol;
  readonly transport: Transport;
  readonly policy: ConnectionPolicy;
  readonly outbox: ResolvedOutboxOptions;
  readonly inbox: InboxBounds & {
    readonly gapWaitMs: number;
    readonly gapFetchTimeoutMs: number;
    readonly frameBytesMax: number;
    readonly notifyIntervalMs: number;
  };
  readonly allowInsecure: boolean;
  readonly diagnose: Diagnose | null;
  readonly logger: Logger | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: IdSource;
  readonly pageSignals: PageSignals;
  /** Null where nobody knows whose tabs to tell. */
  readonly tabChannel: OpenTabChannel | null;
  /** Learns from each dial what must not be repeated. */
  readonly secrets: Secrets;
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
  'diagnose',
  'allowInsecure',
  'clock',
  'random',
  'ids',
  'http',
  'pageSignals',
  'tabChannel',
];
const DELAY_MAX_MS = 600_000;
const COUNT_MAX = 1_000_000;

/** Throws `usage/invalid-option` for the first option that cannot be used. */
export function resolveOptions(options: ChatSocketOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw invalidOption('options', options, 'an object with url');
  checkGroup('', options, OPTION_NAMES);
  const allowInsecure = readBoolean('allowInsecure', options.allowInsecure, false);
  if (typeof options.url !== 'function') checkUrl(options.url, allowInsecure);
  const identity = readName('identity', options.identity);
  checkFunction('token', options.token);
  checkFunction('logger', options.logger);
  checkFunction('shouldRetry', options.shouldRetry);
  checkFunction('diagnose', options.diagnose);
  checkFunction('random', options.random);
  checkFunction('http', options.http);
  checkFunction('tabChannel', options.tabChannel);
  checkPart('protocol', options.protocol, ['decode', 'encode', 'readClose']);
  checkPart('transport', options.transport, ['open']);
  checkPart('clock', options.clock, ['nowMs', 'startTimer']);
  checkPart('ids', options.ids, ['messageId', 'shortId']);
  checkPart('pageSignals', options.pageSignals, ['isHidden', 'isOnline', 'subscribe']);
  const protocol = options.protocol ?? envelopeProtocol();
  const transport = options.transport ?? webSocketTransport();
  const clock = options.clock ?? systemClock();
  const tools = { clock, http: options.http ?? fetchHttp };
  return {
    url: options.url,
    token: options.token ?? null,
    conversationId: readName('conversationId', options.conversationId),
    protocol,
    transport: protocol.wrapTransport?.(transport, tools) ?? transport,
    policy: resolvePolicy(options, protocol),
    outbox: resolveOutbox(protocol, options),
    inbox: resolveInbox(options.inbox),
    allowInsecure,
    diagnose: options.diagnose ?? null,
    logger: guardLogger(options.logger),
    clock,
    random: options.random ?? mathRandom,
    ids: options.ids ?? nanoidIds(),
    pageSignals: options.pageSignals ?? browserPageSignals(),
    tabChannel: identity === null ? null : (options.tabChannel ?? broadcastTabChannel),
    secrets: new Secrets(),
  };
}

function readName(option: string, name: unknown): string | null {
  if (name === undefined) return null;
  if (typeof name !== 'string' || name === '') throw invalidOption(option, name, 'a string with something in it');
  return name;
}

function resolvePolicy(options: ChatSocketOptions, protocol: Protocol): ConnectionPolicy {
  return {
    ...resolveReconnect(options.reconnect, protocol.presets?.reconnect),
    ...resolveHeartbeat(options.heartbeat, protocol.presets?.heartbeat),
    ...resolveTimeouts(options.timeouts),
    peerAnswersPings: protocol.answersPings === 'always',
    shouldRetry: guardShouldRetry(options.shouldRetry),
  };
}

function resolveReconnect(reconnect: ReconnectOptions = {}, presets: ProtocolPresets['reconnect'] = {}) {
  const { number, whole } = readGroup('reconnect', reconnect, [
    'delayFirstMs',
    'delayMaxMs',
    'factor',
    'attemptsMax',
    'stableAfterMs',
    'dialsPerMinuteMax',
  ]);
  const delayFirstMs = number('delayFirstMs', [0, DELAY_MAX_MS, presets.delayFirstMs ?? 1_000]);
  return {
    delayFirstMs,
    delayMaxMs: number('delayMaxMs', [
      delayFirstMs,
      DELAY_MAX_MS,
      Math.max(presets.delayMaxMs ?? 30_000, delayFirstMs),
    ]),
    factor: number('factor', [1, 10, presets.factor ?? 2]),
    attemptsMax: whole('attemptsMax', [0, Infinity, presets.attemptsMax ?? Infinity]),
    stableAfterMs: number('stableAfterMs', [0, DELAY_MAX_MS, 10_000]),
    dialsPerMinuteMax: whole('dialsPerMinuteMax', [1, 60, 12]),
  };
}

function resolveHeartbeat(heartbeat: HeartbeatOptions = {}, presets: ProtocolPresets['heartbeat'] = {}) {
  const { number } = readGroup('heartbeat', heartbeat, ['intervalMs', 'timeoutMs', 'whenIdleOnly']);
  return {
    heartbeatIntervalMs: number('intervalMs', [1_000, Infinity, presets.intervalMs ?? 25_000]),
    heartbeatTimeoutMs: number('timeoutMs', [100, DELAY_MAX_MS, presets.timeoutMs ?? 10_000]),
    pingWhenIdleOnly: readBoolean('heartbeat.whenIdleOnly', heartbeat.whenIdleOnly, false),
  };
}

function resolveTimeouts(timeouts: TimeoutOptions = {}) {
  const { number } = readGroup('timeouts', timeouts, ['tokenMs', 'connectMs', 'closeMs']);
  return {
    tokenMs: number('tokenMs', [1, DELAY_MAX_MS, 10_000]),
    connectMs: number('connectMs', [1, DELAY_MAX_MS, 10_000]),
    closeMs: number('closeMs', [1, DELAY_MAX_MS, 3_000]),
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

/** A logger that throws must not stop what it was told of. */
function guardLogger(logger: ChatSocketOptions['logger']): Logger | null {
  if (logger === undefined) return null;
  return (level, message, fields) =>
    callSafely(
      () => logger(level, message, fields),
      () => {},
    );
}

function resolveInbox(inbox: InboxOptions = {}): ResolvedOptions['inbox'] {
  const { number, whole } = readGroup('inbox', inbox, [
    'historyMax',
    'seenMax',
    'reorderMax',
    'gapWaitMs',
    'gapFetchTimeoutMs',
    'frameBytesMax',
    'notifyIntervalMs',
  ]);
  return {
    historyMax: whole('historyMax', [1, COUNT_MAX, 100]),
    seenMax: whole('seenMax', [1, COUNT_MAX, 2_000]),
    reorderMax: whole('reorderMax', [1, COUNT_MAX, 256]),
    gapWaitMs: number('gapWaitMs', [0, 60_000, 300]),
    gapFetchTimeoutMs: number('gapFetchTimeoutMs', [1, DELAY_MAX_MS, 5_000]),
    frameBytesMax: whole('frameBytesMax', [1_024, 100_000_000, 1_000_000]),
    notifyIntervalMs: number('notifyIntervalMs', [0, 10_000, 50]),
  };
}
