import { expect, test } from 'vitest';
import { makeClient, textsOf, untilShown, untilSnapshot } from './stage/browser-chat.js';
import { Stage } from './stage/stage.js';
import { watchSockets } from './stage/watched-sockets.js';

test('UP-43 UP-19 opens with a token among the subprotocols, which the server never echoes', async () => {
  const stage = await Stage.openForTest();
  const { url } = await stage.ask('startChat', [location.origin]);
  const sockets = watchSockets();
  const client = makeClient(stage, 'Ada', url);

  client.connect();
  await client.whenOpen();

  expect(client.snapshot.connection).toMatchObject({ status: 'open', recovered: 'first' });
  expect(sockets.map((socket) => [socket.url, socket.protocol])).toEqual([[url, 'chatsocket.v1']]);
});

test('sends a message, has it acknowledged, and reads those of others', async () => {
  const stage = await Stage.openForTest();
  const { url } = await stage.ask('startChat', [location.origin]);
  const client = makeClient(stage, 'Ada', url);
  client.connect();

  const receipt = await client.send('Hello from Chromium').acked;
  await stage.ask('say', 'Grace', 'Hello from Node');
  await untilShown(client, 'Hello from Node');

  expect(receipt).toMatchObject({ seq: 1, duplicate: false });
  expect(client.snapshot.messages.map(({ content, seq, sender }) => [content, seq, sender.role])).toEqual([
    ['Hello from Chromium', 1, 'self'],
    ['Hello from Node', 2, 'other'],
  ]);
});

test('UP-05 UP-06 DS-3 heals a cut socket, and what was written meanwhile arrives once and in order', async () => {
  const stage = await Stage.openForTest();
  const { url, linkUrl } = await stage.ask('startChat', [location.origin]);
  const sockets = watchSockets();
  const ada = makeClient(stage, 'Ada', linkUrl);
  const grace = makeClient(stage, 'Grace', url);
  ada.connect();
  grace.connect();
  await ada.send('Before the cut').acked;
  await grace.whenOpen();

  stage.tell('cutLink');
  await untilSnapshot(ada, 'the loss', ({ connection }) => connection.status !== 'open');
  const meanwhile = ada.send('Written meanwhile');
  const { status } = meanwhile;
  await stage.ask('say', 'Niklaus', 'Said meanwhile');
  await meanwhile.acked;
  await ada.send('After the cut').acked;
  await untilShown(grace, 'After the cut');

  const others = (texts: readonly string[]) => texts.filter((text) => text !== 'Said meanwhile');
  expect(status).toBe('queued');
  expect(others(textsOf(grace))).toEqual(['Before the cut', 'Written meanwhile', 'After the cut']);
  expect(textsOf(grace)).toHaveLength(4);
  expect(textsOf(ada)).toEqual(textsOf(grace));
  expect(sockets.filter((socket) => socket.url === linkUrl)).toHaveLength(2);
});
