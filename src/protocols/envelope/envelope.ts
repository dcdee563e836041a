import { type CloseVerdict, readCloseCode } from '../../core/connection/close-code.js';
import type { Protocol, ProtocolCapabilities, TokenPlacement } from '../../ports/protocol.js';
import { guardProtocol } from '../guard-protocol.js';
import { expectOptions, invalidOption } from '../invalid-option.js';
import { isTokenPlacement, TOKEN_PLACEMENT_RANGE } from '../token-placement.js';
import { decode } from './decode.js';
import { encode, type SendFields } from './encode.js';
import { EXTENSION } from './extension.js';

/**
 * How `envelopeProtocol` is fitted to a server; every field has a default.
 *
 * @example
 * const options: EnvelopeProtocolOptions = { tokenIn: { query: 'token' } };
 */
export interface EnvelopeProtocolOptions {
  /**
   * Where the token travels. Default `'subprotocol'`: `bearer.<base64url>` beside `chatsocket.v1`. Servers of the base
   * family want `{ query: 'token' }`, and then the token shows in every access log on the way.
   */
  readonly tokenIn?: TokenPlacement;
  /**
   * What base servers want beside a message's text: `receiverId`, `jobId`. Either the same for every conversation or
   * looked up by conversation id on every send and typing signal. A field of the same name in `metadata` wins.
   * Default: nothing; typing signals then go only to servers that speak `chatsocket.v1`.
   */
  readonly sendFields?: SendFields | ((conversationId: string) => SendFields);
}

/** What every server of the family can do; the hello of one that speaks `chatsocket.v1` adds to it. */
const BASE_CAPABILITIES: ProtocolCapabilities = {
  acks: true,
  deduplicates: false,
  sequence: false,
  resume: false,
  ranges: false,
  history: true,
  manyConversations: true,
  typing: true,
  readMarks: true,
  streams: 'none',
  inBandToken: false,
  binary: false,
};

/** The longest content that base servers take; the hello may say otherwise. */
const CONTENT_LENGTH_MAX = 5_000;

/**
 * The default protocol: JSON envelopes `{ type, payload, messageId?, timestamp? }`, many conversations on one socket.
 * Works with every server of the base family; resume, deduplication, ordered windows, streams and in-band tokens come
 * with servers that declare `chatsocket.v1` in their `connected` frame. Throws `usage/invalid-option`.
 *
 * @example
 * const protocol = envelopeProtocol({
 *   tokenIn: { query: 'token' },
 *   sendFields: (conversationId) => ({ receiverId: receiverOf.get(conversationId) }),
 * });
 */
export function envelopeProtocol(options: EnvelopeProtocolOptions = {}): Protocol {
  expectOptions(options, ['tokenIn', 'sendFields']);
  const { tokenIn = 'subprotocol', sendFields = {} } = options;
  if (!isTokenPlacement(tokenIn)) throw invalidOption('tokenIn', tokenIn, TOKEN_PLACEMENT_RANGE);
  if (typeof sendFields !== 'function') expectSendFields(sendFields);
  const writing = {
    sendFields: typeof sendFields === 'function' ? sendFields : () => sendFields,
    tokenInFirstFrame: tokenIn === 'first-frame',
  };
  // Not `defineProtocol`: a test holds this value to its checks, so the client need not carry them.
  return guardProtocol({
    name: 'envelope',
    capabilities: BASE_CAPABILITIES,
    tokenIn,
    subprotocols: [EXTENSION],
    answersPings: 'always',
    answersInOrder: true,
    contentLengthMax: CONTENT_LENGTH_MAX,
    decode,
    encode: (frame, terms) => encode(frame, terms, writing),
    encodeBatch: (texts) => `[${texts.join()}]`,
    readClose,
  });
}

function expectSendFields(sendFields: SendFields): void {
  if (typeof sendFields !== 'object' || sendFields === null) {
    throw invalidOption('sendFields', sendFields, 'an object or a function');
  }
  for (const key of ['receiverId', 'jobId'] as const) {
    const value: unknown = sendFields[key];
    const isRight = value === undefined || (typeof value === 'string' && value !== '');
    if (!isRight) throw invalidOption(`sendFields.${key}`, value, 'a text that is not empty');
  }
}

const POLICY_CODE = 1008;
const RATE_LIMIT_PAUSE_MS = 10_000;
const RATE_LIMIT_REASON = /rate limit exceeded/i;

/** `retryAfterMs=500` within a text, or `{"retryAfterMs":500}`; whole milliseconds, no sign, no exponent. */
const RETRY_AFTER = /\bretryAfterMs(?:=|"\s*:\s*)(\d{1,10})(?!\w|\.\d)/;

/** 1008 is how this family refuses a token, and also how it ends a flood, which no new token would cure. */
function readClose(code: number, reason: string): CloseVerdict | null {
  const hint = RETRY_AFTER.exec(reason)?.[1];
  if (hint !== undefined) {
    // A frame that was too big stays too big, however long the wait.
    const action = readCloseCode(code) === 'too-big' ? 'too-big' : 'retry';
    return { action, retryAfterMs: Number(hint) };
  }
  if (code !== POLICY_CODE) return null;
  if (RATE_LIMIT_REASON.test(reason)) return { action: 'retry', retryAfterMs: RATE_LIMIT_PAUSE_MS };
  return { action: 'renew-token', retryAfterMs: null };
}
