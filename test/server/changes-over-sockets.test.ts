import { afterEach, describe, expect, it } from 'vitest';
import type { ChatServer } from '../../examples/server/shell/chat-server.js';
import { connect, startServer } from './support/peer.js';

const servers: ChatServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(): Promise<ChatServer> {
  const server = await startServer();
  servers.push(server);
  return server;
}

describe('changes by the application', () => {
  it('SV-7 reach everybody who is there, and tell whoever made them what came of it', async () => {
    const server = await start();
    const [ada, bob] = await Promise.all([connect(server, 'ada'), connect(server, 'bob')]);
    bob.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });
    await bob.untilType('conversation_history');
    ada.say('lobby', 'm1');
    const ack = await ada.untilAck('m1');
    const messageId = ack.type === 'ack' ? (ack.payload.id ?? '') : '';
    const change = { conversationId: 'lobby', messageId, by: 'moderator' };

    const edited = await server.editMessage({ ...change, content: 'better' });
    const deleted = await server.deleteMessage(change);
    const again = await server.deleteMessage(change);
    const unknown = await server.deleteMessage({ ...change, messageId: 'nothing' });

    expect([edited, deleted, again, unknown]).toEqual(['stored', 'stored', 'unchanged', 'not-found']);
    expect(await bob.untilType('message_updated')).toMatchObject({ payload: { message: { content: 'better' } } });
    expect(await bob.untilType('message_deleted')).toMatchObject({ payload: { id: messageId } });
  });

  it('RX-2 come again with a range, in a batch of frames as well', async () => {
    const server = await start();
    const ada = await connect(server, 'ada');
    ada.say('lobby', 'm1');
    const ack = await ada.untilAck('m1');
    const messageId = ack.type === 'ack' ? (ack.payload.id ?? '') : '';
    await server.editMessage({ conversationId: 'lobby', messageId, by: 'moderator', content: 'better' });

    const payload = { conversationId: 'lobby', from: 1, to: 9 };
    ada.send([{ type: 'ping' }, { type: 'fetch_range', messageId: 'r1', payload }]);

    expect(await ada.untilType('range')).toMatchObject({
      messageId: 'r1',
      payload: { complete: true, events: [{ type: 'new_message' }, { type: 'message_updated', payload: { seq: 2 } }] },
    });
    await ada.untilType('pong');
  });
});
