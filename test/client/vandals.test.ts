/** Applications that write into what they are shown: it is shared with the client, which goes on deciding by it. */

import { describe, expect, test } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { EVENT_NAMES } from './chat-log.js';

/** Writes into everything that can be reached from a value, as far as it can be written. */
function spoil(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== 'object' || value === null || value instanceof Error || seen.has(value)) return;
  seen.add(value);
  for (const key of Object.keys(value)) {
    spoil(Reflect.get(value, key), seen);
    Reflect.set(value, key, 'spoilt');
  }
  if (Array.isArray(value)) Reflect.set(value, 'length', 0);
  Reflect.set(value, 'added', 'spoilt');
}

function spoilAll(client: ChatSocketClient): void {
  spoil(client.snapshot);
  spoil(client.conversation('conversation-1').snapshot);
  spoil(client.outbox.list());
  spoil(client.metrics());
  spoil(client.explain());
}

/** Talk, typing, marks, an older page, a loss with messages on their way, and a server that is gone for a while. */
async function live(isVandal: boolean): Promise<TestWorld> {
  const world = createTestClient({
    client: { inbox: { historyMax: 5 }, shouldRetry: (cause) => void (isVandal && spoil(cause)) },
  });
  const { client, server, clock, open } = world;
  const visit = () => {
    if (isVandal) spoilAll(client);
  };
  client.subscribe(visit);
  for (const name of EVENT_NAMES) {
    client.on(name, (payload) => {
      if (isVandal) spoil(payload);
      visit();
    });
  }
  for (let count = 0; count < 8; count += 1) server.emit(`early ${count}`, { metadata: { tags: ['a'] } });
  await open();
  const first = client.send('first', { metadata: { tags: ['mine'] } });
  await clock.advance(100);
  const older = await client.loadOlder({ limit: 3 });
  if (isVandal) spoil(older);
  if (isVandal) spoil(await first.acked);
  server.setTyping(true);
  client.markRead();
  await clock.advance(2_000);
  server.connection.dropAbruptly();
  client.send('offline', { metadata: { tags: ['mine', 'too'] } });
  await clock.advance(100);
  visit();
  server.down();
  await clock.advance(20_000);
  server.up();
  await clock.advance(60_000);
  server.emit('late');
  client.markRead();
  await clock.advance(2_000);
  return world;
}

/** What is shown, but for metadata: that is the application's own. */
function shown({ snapshot }: ChatSocketClient): unknown {
  const { connection, messages, ...rest } = snapshot;
  return { ...rest, connection, messages: messages.map(({ metadata, ...row }) => row) };
}

describe('an application that writes into what it is shown', () => {
  test('changes nothing of what the client sends, shows or decides', async () => {
    const calm = await live(false);
    const spoilt = await live(true);

    expect(shown(spoilt.client)).toEqual(shown(calm.client));
    expect(spoilt.transport.connections.map(({ received }) => received)).toEqual(
      calm.transport.connections.map(({ received }) => received),
    );
    expect(spoilt.server.log).toEqual(calm.server.log);
    for (const { client, assertClean } of [calm, spoilt]) {
      await client.close();
      await assertClean();
    }
  });

  test('is told at once: what is shown is frozen', async () => {
    const { client, open } = createTestClient();
    await open();
    client.send('Hello');
    client.send('there');
    const { messages, typing, connection, outbox } = client.snapshot;
    // TypeScript does not let it through, JavaScript does.
    const writable = messages as (typeof messages)[number][];

    expect(() => writable.reverse()).toThrow(TypeError);
    expect(
      [client.snapshot, messages, messages[0], messages[0]?.sender, typing, connection, outbox].every(Object.isFrozen),
    ).toBe(true);
    client.dispose();
  });
});
