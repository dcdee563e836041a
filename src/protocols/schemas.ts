/** The zod schemas of every frame, for servers, tests and users' own protocols. */
export {
  type ClientFrame as EnvelopeClientFrame,
  clientFrameSchema as envelopeClientFrameSchema,
  type MessageOnWire as EnvelopeMessage,
  messageSchema as envelopeMessageSchema,
  type ServerFrame as EnvelopeServerFrame,
  serverFrameSchema as envelopeServerFrameSchema,
} from './envelope/schema.js';
