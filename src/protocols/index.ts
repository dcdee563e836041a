/** How to speak to a server: the protocols that come with the library, and what it takes to write another. */
export type { CloseAction, CloseVerdict } from '../core/connection/close-code.js';
export type {
  Cursor,
  InboundFrame,
  OutboundFrame,
  Recovery,
  RefusalVerdict,
  ServerTerms,
  WireMessage,
} from '../core/frame.js';
export type { MessageId, StreamEnd } from '../core/message.js';
export type {
  DecodeResult,
  FrameFault,
  Protocol,
  ProtocolCapabilities,
  ProtocolPresets,
  TokenPlacement,
} from '../ports/protocol.js';
export { defineProtocol } from './define-protocol.js';
export type { SendFields } from './envelope/encode.js';
export { type EnvelopeProtocolOptions, envelopeProtocol } from './envelope/envelope.js';
export type { Renames } from './rename.js';
export { type StreamingProtocolOptions, streamingProtocol } from './streaming/streaming.js';
export { type ThreadProtocolOptions, threadProtocol } from './thread/thread.js';
