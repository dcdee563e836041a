/** One kind of frame for ever, each with a name that never came before: whoever remembers them all, grows. */
import { expect, test } from 'vitest';
import type { ServerFrame } from '../../src/protocols/envelope/schema.js';
import { heapUsedMib } from './heap.js';
import { HostileServer, ROOMS } from './hostile-server.js';

/** With names of 200 characters they weigh more than what is allowed. */
const FRAMES = 100_000;
const GROWN_MIB_MAX = 16;
const ROOM = ROOMS[0];

type Frame = ServerFrame extends infer One ? (One extends ServerFrame ? Pick<One, 'type' | 'payload'> : never) : never;

/** What a message says in which nothing but its name and its place are new. */
function said(id: string, seq: number, conversationId: string = ROOM) {
  const message = { id, conversationId, senderId: id, content: id, timestamp: '2026-11-30T00:00:00.000Z', seq };
  return { conversationId, epoch: 'e1', seq, message };
}

/** By what is new in each: a name of 200 characters, or a number. */
const FLOODS: Readonly<Record<string, (name: string, count: number) => Frame>> = {
  'messages, one after the other': (name, count) => ({ type: 'new_message', payload: said(name, count + 1) }),
  'messages far ahead': (name, count) => ({ type: 'new_message', payload: said(name, 1_000 + 2 * count) }),
  'messages of other logs': (name) => ({ type: 'new_message', payload: { ...said(name, 1), epoch: name } }),
  'messages of conversations that nobody joined': (name) => ({ type: 'new_message', payload: said(name, 1, name) }),
  'messages without a place': (name) => ({
    type: 'new_message',
    payload: { conversationId: ROOM, message: { ...said(name, 1).message, seq: undefined } },
  }),
  'edits of unknown messages': (name, count) => ({ type: 'message_updated', payload: said(name, count + 1) }),
  'deletions of unknown messages': (id, count) => ({
    type: 'message_deleted',
    payload: { conversationId: ROOM, id, epoch: 'e1', seq: count + 1 },
  }),
  'marks on unknown messages': (name, count) => ({
    type: 'messages_read',
    payload: { conversationId: ROOM, messageIds: [name], readBy: name, epoch: 'e1', seq: count + 1 },
  }),
  'pages that nobody asked for': (name) => ({
    type: 'history_page',
    payload: { conversationId: ROOM, messages: [said(name, 1).message], hasOlder: true },
  }),
  'ranges that nobody asked for': (name, count) => ({
    type: 'range',
    payload: {
      conversationId: ROOM,
      epoch: 'e1',
      events: [{ type: 'new_message', payload: said(name, count + 9) }],
      complete: true,
    },
  }),
  'histories of conversations that nobody joined': (name) => ({
    type: 'conversation_history',
    payload: { conversationId: name, epoch: name, messages: [said(name, 1, name).message], latestSeq: 1 },
  }),
  'acks of unknown messages': (name) => ({ type: 'ack', payload: { messageId: name, id: name, seq: 1 } }),
  'refusals of unknown messages': (name) => ({
    type: 'error',
    payload: { code: name, message: name, messageId: name },
  }),
  'people who type': (userId) => ({ type: 'user_typing', payload: { conversationId: ROOM, userId } }),
  'people who type where nobody is': (name) => ({
    type: 'user_typing',
    payload: { conversationId: name, userId: name },
  }),
  'answers that never end': (id) => ({ type: 'message_start', payload: { conversationId: ROOM, id } }),
  'pieces of unknown answers': (id, count) => ({ type: 'message_delta', payload: { id, offset: count, text: id } }),
  'ends of unknown answers': (id) => ({ type: 'message_end', payload: { id, length: 9, status: 'done' } }),
  'texts of unknown answers': (id) => ({ type: 'message_snapshot', payload: { id, text: id } }),
  'heads of unknown conversations': (name) => ({ type: 'pong', payload: { latest: { [name]: 1 } } }),
};

test.each(Object.entries(FLOODS))(
  `C6 G12 I11 %s leave no more than ${GROWN_MIB_MAX} MiB behind, in their hundred thousands`,
  { timeout: 120_000 },
  async (_what, frameOf) => {
    const server = new HostileServer(1);
    await server.open();
    const before = heapUsedMib();

    for (let count = 0; count < FRAMES; count += 1) {
      const text = JSON.stringify(frameOf(`${count}-`.padEnd(200, 'x'), count));
      if (!server.tell(text)) await server.open();
      // Time stands still for the most part: what is forgotten after a while is to be bounded before that too.
      if (count % 1_000 === 0) await server.clock.advance(1);
    }
    const grownMib = heapUsedMib() - before;

    expect(grownMib).toBeLessThanOrEqual(GROWN_MIB_MAX);
    expect(server.client.metrics().framesIn).toBeGreaterThanOrEqual(FRAMES);
    expect(server.client.metrics().framesRejected).toBe(0);
    await server.close();
  },
);
