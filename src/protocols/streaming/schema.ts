/**
 * The wire of `streamingProtocol`, as zod schemas. Servers of this family put more into a frame than this, each
 * something else; what is not named here is let through unread.
 */
import { z } from 'zod';

function serverFrame<const Event extends string, Fields extends z.ZodRawShape>(event: Event, fields: Fields) {
  return z.object({ event: z.literal(event), type: z.string().optional(), ...fields });
}

/** Nobody reads it, and some servers count it in seconds. */
const timestamp = z.unknown().optional();

const serverFrameSchemas = {
  connected: serverFrame('connected', { timestamp }),
  pong: serverFrame('pong', { timestamp }),
  /** The oldest message of this socket that was not accepted yet is accepted now. */
  task_queued: serverFrame('task_queued', { timestamp }),
  processing_started: serverFrame('processing_started', {}),
  chunk: serverFrame('chunk', { chunk: z.string() }),
  complete: serverFrame('complete', {}),
  /** With the `type` of an answer's frames it is the worker's, without one the socket's. */
  error: serverFrame('error', { error: z.string(), timestamp }),
  /** In seconds. */
  token_expiring_soon: serverFrame('token_expiring_soon', { expires_in: z.number().min(0) }),
};

/** Any frame from the server. */
export const serverFrameSchema = z.discriminatedUnion('event', [
  serverFrameSchemas.connected,
  serverFrameSchemas.pong,
  serverFrameSchemas.task_queued,
  serverFrameSchemas.processing_started,
  serverFrameSchemas.chunk,
  serverFrameSchemas.complete,
  serverFrameSchemas.error,
  serverFrameSchemas.token_expiring_soon,
]);

/** A message or a sign of life from the client. */
export const clientFrameSchema = z.union([
  z.object({ type: z.literal('ping') }),
  z.object({ message: z.string().min(1).max(10_000) }),
]);

/** A message as the history endpoint gives it, oldest first. */
export const storedMessageSchema = z.object({
  id: z.union([z.string(), z.number()]),
  sender: z.enum(['user', 'assistant']),
  content: z.string(),
  /** ISO 8601. */
  created_at: z.string().optional(),
});

export type ServerFrame = z.infer<typeof serverFrameSchema>;
export type ClientFrame = z.infer<typeof clientFrameSchema>;
export type StoredMessage = z.infer<typeof storedMessageSchema>;
