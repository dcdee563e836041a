/** What reaches the disk is what was not acknowledged, and nothing that others said. */
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { indexedDbOutboxStore } from '../../src/storage/index.js';
import { createTestClient } from '../../src/testing/index.js';
import { readEverything } from './database.js';

test('C11 the database holds the outbox only, and none of it once it is acknowledged', async () => {
  const factory = new IDBFactory();
  const store = indexedDbOutboxStore({ indexedDB: factory, locks: null, broadcastChannel: null });
  const { client, server, open, clock } = createTestClient({ client: { identity: 'ada', outbox: { store } } });
  await open();
  server.emit('said by somebody else');
  server.connection.blackhole('to-client');
  const waiting = client.send('not acknowledged');
  const kept = await waiting.persisted;
  await clock.advance(100);
  const during = await readEverything(factory);
  server.connection.dropAbruptly();
  while (waiting.status !== 'sent') await clock.advance(1_000);
  await client.close();
  const after = await readEverything(factory);

  expect(kept).toEqual({ durable: true });
  expect(client.snapshot.messages.map(({ content }) => content)).toContain('said by somebody else');
  expect(during).toContain('not acknowledged');
  expect(during).not.toContain('said by somebody else');
  expect(after).not.toContain('not acknowledged');
  client.dispose();
});
