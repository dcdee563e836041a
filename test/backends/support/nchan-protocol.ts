/** nginx's nchan, as a chat: a room is a channel, and what one socket says is passed to all, its own included. */
import { z } from 'zod';
import { defineProtocol, type InboundFrame, type Protocol, type ServerTerms } from '../../../src/protocols/index.js';

/** nchan passes on what it is given, so this is what our clients write. */
const said = z.object({ id: z.string(), by: z.string(), room: z.string(), text: z.string(), atMs: z.number() });

const TERMS: ServerTerms = {
  extended: false,
  // The channel may hold a repeat; every reader shows it once, by the id that its writer gave it.
  deduplicates: true,
  dedupWindowMs: null,
  producerOrder: false,
  sequence: false,
  ranges: false,
  inBandToken: false,
  contentLengthMax: null,
  messagesPerSecond: null,
  heartbeatIntervalMs: null,
};

const CAPABILITIES = {
  acks: true,
  deduplicates: true,
  sequence: false,
  resume: false,
  ranges: false,
  history: false,
} as const;
const FEATURES = {
  manyConversations: false,
  typing: false,
  readMarks: false,
  inBandToken: false,
  binary: false,
} as const;

const GREETING = 'open';

export function nchanProtocol(userId: string): Protocol {
  return defineProtocol({
    name: 'nchan',
    capabilities: { ...CAPABILITIES, ...FEATURES, streams: 'none' },
    tokenIn: 'none',
    subprotocols: [],
    answersPings: 'always',
    contentLengthMax: 2_000,
    greeting: GREETING,
    decode(text) {
      if (text === GREETING) {
        return { ok: true, frames: [{ type: 'hello', userId, sessionId: null, expiresInMs: null, terms: TERMS }] };
      }
      if (text === 'pong') return { ok: true, frames: [{ type: 'pong', latest: null }] };
      return { ok: true, frames: toFrames(said.parse(JSON.parse(text)), userId) };
    },
    encode(frame) {
      if (frame.type === 'ping') return 'ping';
      if (frame.type !== 'send') return null;
      const { clientMessageId: id, conversationId: room, content: text, sentAtMs: atMs } = frame;
      return JSON.stringify({ id, by: userId, room, text, atMs } satisfies z.infer<typeof said>);
    },
    readClose: () => null,
  });
}

/** An own message that comes back is in the channel: that is the ack. */
function toFrames({ id, by, room, text, atMs }: z.infer<typeof said>, userId: string): readonly InboundFrame[] {
  const isOwn = by === userId;
  const place = { seq: null, changedSeq: null, inReplyTo: null };
  const message = { id, clientMessageId: isOwn ? id : null, conversationId: room, senderId: by, senderRole: null };
  const words = { content: text, createdAtMs: atMs, streaming: false, deleted: false, isRead: false, metadata: null };
  const frame: InboundFrame = {
    type: 'message',
    conversationId: room,
    epoch: null,
    message: { ...message, ...words, ...place },
  };
  return isOwn ? [frame, { type: 'ack', clientMessageId: id, id, seq: null, duplicate: false }] : [frame];
}
