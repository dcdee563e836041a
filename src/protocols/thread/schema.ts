/**
 * The wire of `threadProtocol`, as zod schemas. Servers of this family put more into a frame than this, each something
 * else; what is not named here is let through unread.
 */
import { z } from 'zod';

function serverFrame<const Event extends string, Fields extends z.ZodRawShape>(event: Event, fields: Fields) {
  return z.object({ event: z.literal(event), type: z.string().optional(), ...fields });
}

/** What a frame is about: the ids of the message that is answered, and of the answer. */
const metaSchema = z.object({
  queued_message_id: z.string().optional(),
  /** The `client_msg_id` of the message that is answered. */
  in_reply_to: z.union([z.string(), z.null()]).optional(),
});

/** Any frame from the server. */
export const serverFrameSchema = z.discriminatedUnion('event', [
  serverFrame('pong', {}),
  serverFrame('typing', { value: z.boolean() }),
  serverFrame('assistant_message', {
    payload: z.object({ text: z.string(), rich: z.unknown().optional(), agent: z.unknown().optional() }),
    meta: metaSchema.optional(),
    /** 1, 2, 3 … within a thread. */
    sequence: z.int().min(1).optional(),
  }),
  /** The worker failed, and tries again with growing delays. Nobody reads the error: some servers write more than a text. */
  serverFrame('task_failed', { error: z.unknown().optional(), message: metaSchema.optional() }),
  serverFrame('protocol_error', { error: z.unknown().optional() }),
]);

/** What goes out on the socket; messages go by HTTP. */
export const clientFrameSchema = z.union([
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('message_ack'), message_id: z.string() }),
]);

/** A message, as it is posted. */
export const postedMessageSchema = z.object({
  message: z.string().min(1),
  thread_id: z.string().optional(),
  /** The key by which a repeat is known. */
  client_msg_id: z.uuid().optional(),
});

export type ServerFrame = z.infer<typeof serverFrameSchema>;
export type ClientFrame = z.infer<typeof clientFrameSchema>;
export type PostedMessage = z.infer<typeof postedMessageSchema>;
