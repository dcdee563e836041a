import { ChatSocketClient } from 'chatsocket';
import { expect, test } from 'vitest';
import { memoryTransport } from '../../scripts/bench/load/memory-transport.js';
import {
  answerDeltaText,
  answerEndText,
  answerStartText,
  CONVERSATION,
  type Dialect,
  messageText,
  uuidOf,
} from '../../scripts/bench/load/wire.js';
import { within } from '../play/sockets.js';

async function openClient(dialect: Dialect) {
  const transport = memoryTransport(dialect);
  const client = new ChatSocketClient({ url: 'ws://127.0.0.1/', conversationId: CONVERSATION, transport });
  client.connect();
  await within('the client opens', client.whenOpen());
  return { client, transport };
}

test.each(['chatsocket.v1', 'base'] as const)(
  'what the benches say in %s is read as messages, each once',
  async (dialect) => {
    const { client, transport } = await openClient(dialect);
    const received: string[] = [];
    client.on('message-received', ({ message }) => received.push(message.content.split(':')[0] ?? ''));

    for (const seq of [1, 2, 2, 3]) transport.receive(messageText(seq, dialect));

    expect(received).toEqual(['1', '2', '3']);
    expect(client.metrics().framesRejected).toBe(0);
    client.dispose();
  },
);

test('an answer in chunks is put together and ended', async () => {
  const { client, transport } = await openClient('chatsocket.v1');
  const id = uuidOf(1);

  transport.receive(answerStartText(id, 1));
  transport.receive(answerDeltaText(id, 0, 'six '));
  transport.receive(answerDeltaText(id, 4, 'words'));
  transport.receive(answerEndText(id, 9));

  await expect.poll(() => client.snapshot.messages.at(-1)).toMatchObject({ content: 'six words', stream: 'done' });
  client.dispose();
});

test.each(['chatsocket.v1', 'acks-alone'] as const)(
  'in %s a sent message is acked, and nothing is missed',
  async (dialect) => {
    const { client } = await openClient(dialect);

    const receipts = await within('the acks come', Promise.all([client.send('a').acked, client.send('b').acked]));

    expect(receipts.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(client.snapshot.messages.map(({ content, delivery }) => [content, delivery])).toEqual([
      ['a', 'sent'],
      ['b', 'sent'],
    ]);
    // The join, and two messages: nothing was asked for again.
    expect(client.metrics().framesOut).toBe(3);
    client.dispose();
  },
);

test('ids are as long as real ones, and differ', () => {
  expect(new Set([uuidOf(1), uuidOf(2), uuidOf(-1)]).size).toBe(3);
  expect(uuidOf(-255)).toHaveLength(36);
});
