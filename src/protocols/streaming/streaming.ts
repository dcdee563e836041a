import type { OutboundFrame } from '../../core/frame.js';
import type { Protocol, ProtocolCapabilities, ProtocolPresets, TokenPlacement } from '../../ports/protocol.js';
import { dialogueProtocol } from '../dialogue/dialogue-protocol.js';
import { expectOptions, invalidOption } from '../invalid-option.js';
import { type Renames, renamer } from '../rename.js';
import { isTokenPlacement, TOKEN_PLACEMENT_RANGE } from '../token-placement.js';
import { StreamingDialogue } from './dialogue.js';

/**
 * How `streamingProtocol` is fitted to a server; every field has a default.
 *
 * @example
 * const options: StreamingProtocolOptions = { historyEndpoint: (id) => `/api/v1/messages/${id}/` };
 */
export interface StreamingProtocolOptions {
  /** Where the token travels. Default `{ query: 'connection_token' }`; such a token is to be used once and short-lived. */
  readonly tokenIn?: TokenPlacement;
  /**
   * Where a conversation's messages are had by `GET`: a path on the chat server, or a whole URL. It settles what a
   * drop left unknown. Default: none, and then a message without its `task_queued` stays `unconfirmed`, and an answer
   * that was cut stays so.
   */
  readonly historyEndpoint?: (conversationId: string) => string;
  /**
   * What this server calls the events `connected`, `pong`, `task_queued`, `processing_started`, `chunk`, `complete`,
   * `error`, `token_expiring_soon` and the fields `event`, `chunk`, `error`, `expires_in`. Default: the same.
   */
  readonly names?: Renames;
}

const CONTENT_LENGTH_MAX = 10_000;

/**
 * An assistant whose answers arrive in chunks, as servers on Django Channels speak it: one conversation on a socket,
 * single-use tokens, no ids on the wire. Messages are accepted in their order, and answers come one after the other;
 * what a drop left unknown is settled by the history. Throws `usage/invalid-option`.
 *
 * @example
 * const protocol = streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` });
 */
export function streamingProtocol(options: StreamingProtocolOptions = {}): Protocol {
  expectOptions(options, ['tokenIn', 'historyEndpoint', 'names']);
  const { tokenIn = { query: 'connection_token' }, historyEndpoint = null, names = {} } = options;
  if (!isTokenPlacement(tokenIn)) throw invalidOption('tokenIn', tokenIn, TOKEN_PLACEMENT_RANGE);
  if (historyEndpoint !== null && typeof historyEndpoint !== 'function') {
    throw invalidOption('historyEndpoint', historyEndpoint, 'a function from a conversation id to a URL');
  }
  if (typeof names !== 'object' || names === null) throw invalidOption('names', names, 'an object');
  const rename = renamer(names, 'event');
  return dialogueProtocol({
    facts: {
      name: 'streaming',
      capabilities: { ...CAPABILITIES, history: historyEndpoint !== null },
      tokenIn,
      subprotocols: [],
      answersPings: 'always',
      answersInOrder: true,
      contentLengthMax: CONTENT_LENGTH_MAX,
      presets: PRESETS,
      readClose: () => null,
    },
    words: WORDS,
    startDialogue: () => new StreamingDialogue({ rename, historyUrl: historyEndpoint }),
    canPoll: historyEndpoint !== null,
  });
}

/** Without a history endpoint there is an end to dialling, until the page wakes or a message is sent. */
const PRESETS: ProtocolPresets = {
  reconnect: { delayFirstMs: 1_000, delayMaxMs: 30_000, factor: 2, attemptsMax: 5 },
  heartbeat: { intervalMs: 30_000 },
};

/** What this family has words for. */
const WORDS: ReadonlySet<OutboundFrame['type']> = new Set(['ping', 'join', 'send']);

const CAPABILITIES: ProtocolCapabilities = {
  acks: true,
  deduplicates: false,
  sequence: false,
  resume: false,
  ranges: false,
  history: false,
  manyConversations: false,
  typing: false,
  readMarks: false,
  streams: 'plain',
  inBandToken: false,
  binary: false,
};
