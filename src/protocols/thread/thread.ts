import type { OutboundFrame } from '../../core/frame.js';
import type { Protocol, ProtocolCapabilities, ProtocolPresets, TokenPlacement } from '../../ports/protocol.js';
import { dialogueProtocol } from '../dialogue/dialogue-protocol.js';
import { expectOptions, invalidOption } from '../invalid-option.js';
import { outboundRenamer, type Renames, renamer } from '../rename.js';
import { isTokenPlacement } from '../token-placement.js';
import { ThreadDialogue } from './dialogue.js';

/**
 * How `threadProtocol` is fitted to a server; every field has a default.
 *
 * @example
 * const options: ThreadProtocolOptions = { postEndpoint: '/api/chat/' };
 */
export interface ThreadProtocolOptions {
  /**
   * Where the token travels on the socket; posts carry it as a bearer token. `none`: cookies do, in posts too. Default
   * `{ query: 'token' }`.
   */
  readonly tokenIn?: ThreadTokenPlacement;
  /** Where messages are posted: a path on the chat server, or a whole URL. Default `/api/chat/`. */
  readonly postEndpoint?: string;
  /**
   * What this server calls the events `typing`, `assistant_message`, `task_failed`, `protocol_error`, `pong`, and the
   * fields of its frames, of posts and of the answers to them, within `payload`, `meta` and `message` too. Default: the
   * same.
   */
  readonly names?: Renames;
}

/** This family's sockets have no other way to be shown a token. */
type ThreadTokenPlacement = Exclude<TokenPlacement, 'subprotocol' | 'first-frame'>;

const CONTENT_LENGTH_MAX = 10_000;

/**
 * A chat whose messages are posted over HTTP under an idempotency key, and whose answers come over the socket, whole:
 * one thread on a socket, no greeting, pings that many servers never answer. Nothing can be fetched again, so an answer
 * that came while no socket was there is lost, and its number is told with `gap-detected`. Throws
 * `usage/invalid-option`.
 *
 * @example
 * const protocol = threadProtocol({ postEndpoint: '/api/chat/' });
 */
export function threadProtocol(options: ThreadProtocolOptions = {}): Protocol {
  expectOptions(options, ['tokenIn', 'postEndpoint', 'names']);
  const { tokenIn = { query: 'token' }, postEndpoint = '/api/chat/', names = {} } = options;
  if (!isTokenPlacement(tokenIn) || (tokenIn !== 'none' && typeof tokenIn === 'string')) {
    throw invalidOption('tokenIn', tokenIn, "'none' or { query: 'a plain parameter name' }");
  }
  if (typeof postEndpoint !== 'string' || postEndpoint === '') {
    throw invalidOption('postEndpoint', postEndpoint, 'a path or a URL');
  }
  if (typeof names !== 'object' || names === null) throw invalidOption('names', names, 'an object');
  const rename = renamer(names, 'event', ['payload', 'meta', 'message']);
  const renameOutbound = outboundRenamer(names);
  return dialogueProtocol({
    facts: {
      name: 'thread',
      capabilities: CAPABILITIES,
      tokenIn,
      subprotocols: [],
      answersPings: 'perhaps',
      contentLengthMax: CONTENT_LENGTH_MAX,
      presets: PRESETS,
      readClose: (code) => (code === POLICY_CODE ? { action: 'renew-token', retryAfterMs: null } : null),
    },
    words: WORDS,
    startDialogue: () => new ThreadDialogue({ rename, renameOutbound, postUrl: postEndpoint }),
    canPoll: true,
  });
}

/** While posts go by HTTP alone, dials are not counted. */
const PRESETS: ProtocolPresets = {
  reconnect: { delayFirstMs: 1_000, delayMaxMs: 16_000, factor: 2, attemptsMax: 10 },
  heartbeat: { intervalMs: 30_000 },
};

const POLICY_CODE = 1008;

/** What this family has words for. */
const WORDS: ReadonlySet<OutboundFrame['type']> = new Set(['ping', 'join', 'send', 'fetch-range']);

const CAPABILITIES: ProtocolCapabilities = {
  acks: true,
  deduplicates: true,
  sequence: true,
  resume: false,
  ranges: false,
  history: false,
  manyConversations: false,
  typing: false,
  readMarks: false,
  streams: 'none',
  inBandToken: false,
  binary: false,
};
