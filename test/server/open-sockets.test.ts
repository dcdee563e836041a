import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChatServer } from '../../examples/server/shell/chat-server.js';
import { memoryLogStore } from '../../examples/server/store/memory-log-store.js';
import { connect, dial, logIn, type Peer, post, startServer, within } from './support/peer.js';
import { RawSocket } from './support/raw-socket.js';

/** Half a megabyte each. */
const SLICES_MAX = 60;

const servers: ChatServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function open(options: Parameters<typeof startServer>[0] = {}): Promise<ChatServer> {
  const server = await startServer(options);
  servers.push(server);
  return server;
}

function contentsHeard(peer: Peer): readonly string[] {
  return peer.frames.flatMap((frame) => (frame.type === 'new_message' ? [frame.payload.message.content] : []));
}

describe('a conversation over real sockets', () => {
  it('reaches every socket of every member, in one order, the sender ahead of its ack', async () => {
    const server = await open();
    const [ada, bob] = [await connect(server, 'ada'), await connect(server, 'bob')];
    for (const peer of [ada, bob]) {
      peer.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });
      await peer.untilType('conversation_history');
    }

    ada.say('lobby', 'a1');
    bob.say('lobby', 'b1');
    ada.say('lobby', 'a2');
    await Promise.all([ada.untilAck('a2'), bob.untilAck('b1'), bob.until(() => contentsHeard(bob).length === 3)]);

    expect(contentsHeard(ada)).toEqual(contentsHeard(bob));
    const types = ada.frames.map((frame) => (frame.type === 'ack' ? `ack ${frame.payload.messageId}` : frame.type));
    expect(types.indexOf('ack a1')).toBeGreaterThan(types.indexOf('new_message'));
  });

  it('streams an answer whose chunks make up the text that the log keeps', async () => {
    const server = await open();
    const ada = await connect(server, 'ada');
    const conversationId = 'assistant-ada';
    ada.send({ type: 'join_conversation', payload: { conversationId } });

    ada.say(conversationId, 'm1', 'Tell me how nothing gets lost');
    await ada.untilType('message_end');
    ada.send({ type: 'load_history', payload: { conversationId, limit: 1 } });
    const page = await ada.untilType('history_page');

    const text = ada.frames.flatMap((frame) => (frame.type === 'message_delta' ? [frame.payload.text] : [])).join('');
    const messages = page.type === 'history_page' ? page.payload.messages : [];
    expect(messages[0]).toMatchObject({ content: text, role: 'assistant', senderName: 'Assistant' });
    expect(text.length).toBeGreaterThan(100);
  });

  it('renews the session over the open connection', async () => {
    const server = await open();
    const ada = await connect(server, 'ada');
    const token = server.issueToken({ id: 'ada', name: 'ada' });
    const foreign = server.issueToken({ id: 'bob', name: 'bob' });

    ada.send({ type: 'authenticate', messageId: 'a1', payload: { token } });
    ada.send({ type: 'authenticate', messageId: 'a2', payload: { token } });
    ada.send({ type: 'authenticate', messageId: 'a3', payload: { token: foreign } });

    await ada.until((frame) => frame.type === 'authenticated' && frame.messageId === 'a1');
    await ada.until((frame) => frame.type === 'error' && frame.payload.messageId === 'a2');
    await ada.until((frame) => frame.type === 'error' && frame.payload.messageId === 'a3');
  });

  it('keeps a conversation beyond what fits into memory readable, page by page', async () => {
    const server = await open({ limits: { retainedMax: 20, messagesPerSecond: 500, framesPerSecond: 1_000 } });
    const ada = await connect(server, 'ada');
    for (let number = 1; number <= 100; number += 1) ada.say('lobby', `m${number}`);
    await ada.untilAck('m100');

    ada.send({ type: 'load_history', payload: { conversationId: 'lobby', before: 11, limit: 4 } });

    const page = await ada.untilType('history_page');
    expect(page).toMatchObject({ payload: { hasOlder: true } });
    const messages = page.type === 'history_page' ? page.payload.messages : [];
    expect(messages.map((message) => message.content)).toEqual(['m7', 'm8', 'm9', 'm10']);
  });
});

describe('bad and slow company', () => {
  it('S9 cuts a reader off that reads nothing, with 1013, and goes on for the others', async () => {
    const events: string[] = [];
    const note = (event: string) => void events.push(event);
    const server = await open({
      limits: { messagesPerSecond: 9_000, framesPerSecond: 30_000 },
      logger: { notice: note, warning: note, failure: note },
    });
    const [slow, ada] = [await connect(server, 'slow'), await connect(server, 'ada')];
    slow.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });
    await slow.untilType('conversation_history');
    slow.socket.pause();

    // The buffers of both kernels fill first, then the server's own.
    for (let number = 1; !events.includes('slow-reader-cut') && number <= SLICES_MAX; number += 1) {
      for (let part = 1; part <= 100; part += 1) ada.say('lobby', `${number}.${part}`, 'x'.repeat(5_000));
      await ada.untilAck(`${number}.100`);
      if (events.includes('slow-reader-cut')) slow.socket.resume();
    }

    expect((await slow.closed).code).toBe(1013);
    expect(ada.socket.readyState).toBe(ada.socket.OPEN);
  });

  it('S5 answers a flood with refusals, closes the flooder with 4429, and leaves the others alone', async () => {
    const server = await open();
    const [mallory, ada] = [await connect(server, 'mallory'), await connect(server, 'ada')];
    ada.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });
    await ada.untilType('conversation_history');

    for (let number = 1; number <= 1_000; number += 1) mallory.say('lobby', `m${number}`);
    const { code } = await mallory.closed;
    ada.say('lobby', 'still here');
    await ada.untilAck('still here');

    expect(code).toBe(4429);
    const accepted = contentsHeard(ada).filter((content) => content !== 'still here');
    expect(accepted.length).toBeGreaterThanOrEqual(20);
    expect(accepted.length).toBeLessThanOrEqual(40);
  });

  it('S10 closes the oldest of eleven sockets of a user with 4403', async () => {
    const server = await open();
    const peers: Peer[] = [];
    for (let count = 1; count <= 11; count += 1) peers.push(await connect(server, 'ada'));

    const { code } = await (peers[0]?.closed ?? Promise.reject(new Error('no first peer')));
    peers[1]?.say('lobby', 'm1');

    expect(code).toBe(4403);
    await peers[1]?.untilAck('m1');
  });

  it('S10 answers 503 when the house is full', async () => {
    const server = await open({ connectionsMax: 1 });
    await connect(server, 'ada');

    const late = dial(server.url, server.issueToken({ id: 'bob', name: 'bob' }));

    expect((await late.closed).code).toBe(1006);
    expect(late.frames).toEqual([]);
  });

  it('ends a socket that no longer answers pings, and keeps one that does', async () => {
    const server = await open({ heartbeatMs: 50 });
    const ada = await connect(server, 'ada');
    const dead = await RawSocket.open(server);

    await within(once(dead.socket, 'close'), 'the end of a dead socket');
    ada.say('lobby', 'm1');

    await ada.untilAck('m1');
  });

  it('S4 serves an honest client while others dawdle over their headers', async () => {
    const server = await open();
    const dawdlers = Array.from({ length: 200 }, () => connectTcp(server.address.port, '127.0.0.1'));
    for (const dawdler of dawdlers) dawdler.on('error', () => {}).write('GET /ws HTTP/1.1\r\nHost: c');

    const ada = await within(connect(server, 'ada'), 'an honest client', 1_000);

    expect(ada.frames[0]?.type).toBe('connected');
    for (const dawdler of dawdlers) dawdler.destroy();
  });

  it('ends itself when its store fails, and acknowledges nothing that may be lost', async () => {
    const store = memoryLogStore();
    let failed: unknown = null;
    const broken = { ...store, write: () => Promise.reject(new Error('disk full')) };
    const server = await open({
      store: broken,
      onStoreFailure: (reason) => {
        failed = reason;
      },
    });
    const peer = dial(server.url, server.issueToken({ id: 'ada', name: 'ada' }));
    await within(once(peer.socket, 'open'), 'the socket');

    peer.say('lobby', 'm1');
    await within(once(peer.socket.ping() ?? peer.socket, 'pong'), 'a pong behind the message');

    expect(failed).toMatchObject({ message: 'disk full' });
    expect(peer.frames.filter((frame) => frame.type === 'ack')).toEqual([]);
  });
});

describe('sessions that end', () => {
  it('S12 closes the sockets of who logs out with 4401, and their tokens with them', async () => {
    const server = await open();
    const ada = await logIn(server.url, 'Ada');
    const reply = await post(`${server.url}/ws-token`, ada, { cookie: ada.cookie });
    const unused: unknown = Reflect.get(Object(reply.json), 'token');
    const peer = await connect(server, ada.userId);

    const headers = { 'content-type': 'application/json', cookie: ada.cookie };
    await fetch(`${server.url}/session`, { method: 'DELETE', headers, body: JSON.stringify(ada) });

    expect((await peer.closed).code).toBe(4401);
    await dial(server.url, String(unused)).untilError('INVALID_TOKEN');
  });

  it('S12 warns of the end of a session, and closes with 4401 at it', async () => {
    let nowMs = 1_000_000;
    const server = await open({ now: () => nowMs, sessionLifetimeMs: 120_000 });
    const peer = await connect(server, 'ada');

    nowMs += 70_000;
    const warning = await peer.untilType('token_expiring_soon');
    nowMs += 50_001;

    expect(warning).toMatchObject({ payload: { expiresInMs: 50_000 } });
    expect((await peer.closed).code).toBe(4401);
  });
});

describe('development controls', () => {
  it('F53 expires, refuses and floods for a user who is logged in', async () => {
    const server = await open({ devControls: true, isDevelopment: true });
    const ada = await logIn(server.url, 'Ada');
    const control = (path: string, body: object) => {
      return post(`${server.url}/dev/${path}`, { userId: ada.userId, ...body }, { cookie: ada.cookie });
    };
    const peer = await connect(server, ada.userId);
    peer.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });

    await control('flood', { conversationId: 'lobby', messages: 120 });
    await peer.until(() => contentsHeard(peer).length === 120);
    await control('refuse', { count: 1 });
    await control('expire', {});
    const { code } = await peer.closed;
    const refused = dial(server.url, server.issueToken({ id: ada.userId, name: 'Ada' }));
    await refused.untilError('INVALID_TOKEN');
    const back = await connect(server, ada.userId);

    expect(code).toBe(4401);
    expect((await refused.closed).code).toBe(4401);
    expect(back.frames[0]?.type).toBe('connected');
    const stranger = await post(`${server.url}/dev/expire`, { userId: ada.userId });
    expect(stranger.status).toBe(401);
  });
});
