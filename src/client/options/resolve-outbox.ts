import type { OutboxBounds } from '../../core/outbox/outbox.js';
import type { ResendPolicy } from '../../core/outbox/resend.js';
import type { OutboxStore } from '../../ports/outbox-store.js';
import type { Protocol } from '../../ports/protocol.js';
import { checkPart, invalidOption, readChoice, readGroup } from './option-checks.js';
import type { ChatSocketOptions } from './options.js';

/** The options of the outbox, filled in. */
export interface ResolvedOutboxOptions extends OutboxBounds {
  readonly inFlightMax: number;
  readonly ackTimeoutMs: number;
  readonly ratePerSecond: number;
  readonly contentLengthMax: number;
  readonly ageMaxMs: number;
  readonly resend: ResendPolicy;
  readonly store: OutboxStore | null;
  /** Whose rows, and for which server. */
  readonly namespace: string;
}

const DELAY_MAX_MS = 600_000;
const LENGTH_MAX = 1_000_000;

export function resolveOutbox(protocol: Protocol, options: ChatSocketOptions): ResolvedOutboxOptions {
  const { outbox = {}, identity } = options;
  const { number, whole } = readGroup('outbox', outbox, [
    'messagesMax',
    'bytesMax',
    'inFlightMax',
    'ackTimeoutMs',
    'ratePerSecond',
    'contentLengthMax',
    'ageMaxMs',
    'overflow',
    'resend',
    'store',
  ]);
  checkPart('outbox.store', outbox.store, ['open']);
  if (outbox.store?.isDurable && identity === undefined) {
    throw invalidOption('identity', identity, 'the name of the user whose messages outbox.store keeps');
  }
  return {
    messagesMax: whole('messagesMax', [1, 100_000, 200]),
    bytesMax: whole('bytesMax', [1, 1_000_000_000, 1_000_000]),
    inFlightMax: whole('inFlightMax', [1, 1_000, 8]),
    ackTimeoutMs: whole('ackTimeoutMs', [1, DELAY_MAX_MS, 10_000]),
    ratePerSecond: number('ratePerSecond', [1, Infinity, 15]),
    contentLengthMax: Math.min(whole('contentLengthMax', [1, LENGTH_MAX, 10_000]), protocol.contentLengthMax),
    ageMaxMs: number('ageMaxMs', [1, Infinity, 86_400_000]),
    overflow: readChoice('outbox.overflow', outbox.overflow, ['reject-new', 'drop-oldest', 'drop-newest']),
    resend: readChoice('outbox.resend', outbox.resend, ['when-safe', 'always', 'never']),
    store: outbox.store ?? null,
    namespace: nameOf(identity, options.url),
  };
}

/** The query is left out, for tokens travel there; a function's URL is not known yet. */
function nameOf(identity = '', url: ChatSocketOptions['url']): string {
  return JSON.stringify(typeof url === 'string' ? [identity, url.replace(/\?.*/s, '')] : [identity]);
}
