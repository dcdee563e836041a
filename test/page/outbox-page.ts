/** A page that keeps its outbox on the disk: it delivers what an earlier page left, then writes without a connection. */
import { ChatSocketClient } from '../../src/index.js';
import { indexedDbOutboxStore } from '../../src/storage/index.js';
import type { OutboxTask } from './outbox-task.js';

const ROOM = 'lobby';

async function run({ url, delivers, writes }: OutboxTask): Promise<void> {
  if (delivers) {
    const client = makeClient(url);
    client.connect();
    await tell('delivering');
    await client.close();
  }
  const client = makeClient(url);
  const sent = writes.map((text) => client.send(text).persisted);
  const isDurable = (await Promise.all(sent)).every(({ durable }) => durable);
  if (writes.length > 0) await tell(isDurable ? 'persisted' : 'not-persisted');
}

function makeClient(url: string): ChatSocketClient {
  return new ChatSocketClient({
    url,
    identity: 'ada',
    conversationId: ROOM,
    token: async () => (await fetch('/token')).text(),
    outbox: { store: indexedDbOutboxStore() },
  });
}

/** Node answers when the page may go on. */
async function tell(what: string): Promise<void> {
  await fetch(`/told/${what}`, { method: 'POST' });
}

// The address was written by the test.
const task = JSON.parse(decodeURIComponent(location.hash.slice(1))) as OutboxTask;
void run(task);
