/** What two servers on one Redis have to tell each other, over real sockets. */

import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { findRedis } from '../../scripts/find-redis.js';
import { dial, fetchToken, logIn, within } from '../server/support/peer.js';
import { RedisServer } from './support/redis-server.js';
import { RoundRobin } from './support/round-robin.js';
import { STORY, untilShown, watchStory } from './support/shown.js';
import { clientAt, enter, startTwo } from './support/two-servers.js';

const DEADLINE_MS = 30_000;

// Where there is no Redis, `npm test` says so in its last lines.
describe.runIf(findRedis() !== null)('two servers on one Redis', { timeout: DEADLINE_MS }, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  }, DEADLINE_MS);

  afterAll(() => redis.stop());

  beforeEach(() => redis.flush());

  test('F52 S2 a token of one is good at the other, and then nowhere any more', async () => {
    const { here, there } = await startTwo(redis.url);
    const token = await fetchToken(here.url, await logIn(here.url, 'Ada'));

    const first = dial(there.url, token);
    await first.untilType('connected');
    const late = [dial(here.url, token), dial(there.url, token)];

    for (const peer of late) {
      await peer.untilError('INVALID_TOKEN');
      expect(await peer.closed).toMatchObject({ code: 4401 });
    }
    expect(first.socket.readyState).toBe(first.socket.OPEN);
  });

  test('F52 S2 of a hundred dials at both with one token exactly one comes in', async () => {
    const { here, there } = await startTwo(redis.url);
    const token = await fetchToken(here.url, await logIn(here.url, 'Ada'));

    const peers = Array.from({ length: 100 }, (_, index) => dial((index % 2 === 0 ? here : there).url, token));
    const answers = await Promise.all(
      peers.map((peer) => peer.until(({ type }) => type === 'connected' || type === 'error')),
    );

    const admitted = answers.filter(({ type }) => type === 'connected');
    expect(admitted).toHaveLength(1);
    const refused = answers.filter((frame) => frame.type === 'error' && frame.payload.code === 'INVALID_TOKEN');
    expect(refused).toHaveLength(99);
  });

  test('S12 who signs out at one is out at both, and no token that was left is good', async () => {
    const { here, there } = await startTwo(redis.url);
    const [ada, bob] = [await logIn(here.url, 'Ada'), await logIn(there.url, 'Bob')];
    const peers = [await enter(here, ada), await enter(there, ada)];
    const stays = await enter(there, bob);
    const unused = await fetchToken(there.url, ada);

    const response = await fetch(`${here.url}/session`, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json', cookie: ada.cookie },
      body: JSON.stringify({ userId: ada.userId }),
    });
    const closes = await Promise.all(peers.map(({ closed }) => closed));

    expect(response.status).toBe(204);
    expect(closes.map(({ code }) => code)).toEqual([4401, 4401]);
    const late = dial(there.url, unused);
    await late.untilError('INVALID_TOKEN');
    stays.send({ type: 'ping' });
    await stays.untilType('pong');
  });

  test('who types at one is seen at the other, and takes no number of the log', async () => {
    const { here, there } = await startTwo(redis.url);
    const ada = await enter(here, await logIn(here.url, 'Ada'));
    const bobsLogin = await logIn(there.url, 'Bob');
    const [bob, sameBob] = [await enter(there, bobsLogin), await enter(here, bobsLogin)];
    for (const peer of [ada, bob, sameBob]) {
      peer.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });
      await peer.untilType('conversation_history');
    }

    bob.send({ type: 'typing', payload: { conversationId: 'lobby' } });
    const typing = await ada.untilType('user_typing');
    bob.send({ type: 'stop_typing', payload: { conversationId: 'lobby' } });
    await ada.untilType('user_stop_typing');
    bob.say('lobby', 'm1');
    const ack = await bob.untilAck('m1');
    await sameBob.untilType('new_message');

    expect(typing).toMatchObject({ payload: { conversationId: 'lobby', userId: bobsLogin.userId } });
    expect(ack).toMatchObject({ payload: { seq: 1 } });
    const hasTyping = [bob, sameBob].map(({ frames }) => frames.some(({ type }) => type.includes('typing')));
    expect(hasTyping).toEqual([false, false]);
  });

  test('a read mark, an edit and a deletion of one change what the other shows, each at the next number', async () => {
    const { here, there } = await startTwo(redis.url);
    const [ada, bob] = [await logIn(here.url, 'Ada'), await logIn(there.url, 'Bob')];
    const writer = clientAt(here.url, { login: ada, conversationId: 'lobby' });
    const reader = clientAt(there.url, { login: bob, conversationId: 'lobby' });
    await Promise.all([writer, reader].map((client) => within(client.whenOpen(), 'both to be open')));
    const heard = untilShown(reader, ({ messages }) => messages.length === 2);
    const [first, second] = await Promise.all(['first', 'second'].map((text) => writer.send(text).acked));
    await heard;

    const isRead = new Promise((resolve) => writer.once('read-changed', resolve));
    reader.markRead();
    await within(isRead, 'the read mark');
    const change = { conversationId: 'lobby', by: ada.userId };
    const edited = await there.editMessage({ ...change, messageId: first?.id ?? '', content: 'better' });
    const deleted = await here.deleteMessage({ ...change, messageId: second?.id ?? '' });
    await Promise.all(
      [writer, reader].map((client) =>
        untilShown(client, ({ messages }) => messages.map(({ content }) => content).join() === 'better'),
      ),
    );

    expect([edited, deleted]).toEqual(['stored', 'stored']);
    const peer = await enter(there, await logIn(here.url, 'Cy'));
    peer.send({ type: 'fetch_range', payload: { conversationId: 'lobby', from: 3, to: 9 } });
    expect(await peer.untilType('range')).toMatchObject({
      payload: { events: [{ type: 'messages_read' }, { type: 'message_updated' }, { type: 'message_deleted' }] },
    });
  });

  test('F89 I19 an answer of one is read at the other, and resumed at either in its middle, as the text that it is', async () => {
    const { here, there } = await startTwo(redis.url, { chunkIntervalMs: 15 });
    const front = await RoundRobin.start([there.address.port, here.address.port]);
    onTestFinished(() => front.stop());
    const login = await logIn(here.url, 'Ada');
    const conversationId = `assistant-${login.userId}`;
    const asker = clientAt(here.url, { login, conversationId });
    const reader = clientAt(there.url, { login, conversationId, port: front.port });
    await Promise.all([asker, reader].map((client) => within(client.whenOpen(), 'both to be open')));
    const wrong = watchStory(reader);

    asker.send('Tell me a story');
    for (const [lengthMin, next] of [[100, here] as const, [400, there] as const]) {
      await untilShown(reader, ({ messages }) => (messages.at(-1)?.content.length ?? 0) > lengthMin);
      expect(reader.snapshot.messages.at(-1)?.stream).toBe('streaming');
      front.cut();
      await untilShown(reader, ({ connection }) => connection.status === 'connecting');
      await untilShown(reader, ({ connection }) => connection.status === 'open');
      // The asker is at `here` all the time.
      expect(next.connectionCount).toBe(next === here ? 2 : 1);
    }
    await untilShown(reader, ({ messages }) => messages.at(-1)?.stream === 'done');

    expect(wrong).toEqual([]);
    expect(reader.snapshot.messages.at(-1)?.content).toBe(STORY);
  });
});
