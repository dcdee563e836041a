/** The zod schemas of every frame, for servers, tests and users' own protocols. */
export {
  type ClientFrame as EnvelopeClientFrame,
  clientFrameSchema as envelopeClientFrameSchema,
  type MessageOnWire as EnvelopeMessage,
  messageSchema as envelopeMessageSchema,
  type ServerFrame as EnvelopeServerFrame,
  serverFrameSchema as envelopeServerFrameSchema,
} from './envelope/schema.js';
export {
  type ClientFrame as StreamingClientFrame,
  clientFrameSchema as streamingClientFrameSchema,
  type ServerFrame as StreamingServerFrame,
  type StoredMessage as StreamingStoredMessage,
  serverFrameSchema as streamingServerFrameSchema,
  storedMessageSchema as streamingStoredMessageSchema,
} from './streaming/schema.js';
export {
  type ClientFrame as ThreadClientFrame,
  clientFrameSchema as threadClientFrameSchema,
  type PostedMessage as ThreadPostedMessage,
  postedMessageSchema as threadPostedMessageSchema,
  type ServerFrame as ThreadServerFrame,
  serverFrameSchema as threadServerFrameSchema,
} from './thread/schema.js';
