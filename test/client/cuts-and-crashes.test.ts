/** Links that break and pages that die, at random: with a store, everything that was promised is there once. */
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/testing/index.js';
import { createStoredWorld } from '../support/stored-world.js';

const MESSAGES = 80;

test.each([1, 2, 3, 4, 5, 6])(
  'DS-3 DS-4 DS-9 F69 UP-21 brings 80 messages through cuts and crashes: all that were kept, once, in order (seed %d)',
  async (seed) => {
    const world = createStoredWorld({ outbox: { messagesMax: MESSAGES } });
    const { server, clock, transport, store } = world;
    const random = seededRandom(seed);
    const promised: string[] = [];
    const failures: unknown[] = [];
    let { client } = world;
    client.on('message-failed', (failure) => failures.push(failure));
    client.connect();

    for (let sent = 0; sent < MESSAGES; ) {
      store.delayMs = random() < 0.5 ? 0 : Math.floor(random() * 40);
      if (random() < 0.7) {
        sent += 1;
        const text = `m${String(sent).padStart(2, '0')}`;
        client.send(text).persisted.then(({ durable }) => {
          if (durable) promised.push(text);
        });
      }
      await clock.advance(Math.floor(random() * 80));
      const connection = transport.connections.at(-1);
      const roll = random();
      if (connection?.state === 'open' && roll < 0.1) connection.blackhole(roll < 0.05 ? 'to-client' : 'to-server');
      else if (connection?.state === 'open' && roll < 0.2) connection.dropAbruptly();
      else if (roll < 0.28) {
        world.crash(client);
        client = world.restart({ reconnect: { delayFirstMs: 200, dialsPerMinuteMax: 60 } });
        client.on('message-failed', (failure) => failures.push(failure));
        client.connect();
      }
    }
    store.delayMs = 0;
    await clock.advance(120_000);

    const arrived = server.log.map(({ content }) => content);
    expect(arrived).toEqual([...new Set(arrived)].sort());
    expect(promised.filter((text) => !arrived.includes(text))).toEqual([]);
    expect(promised.length).toBeGreaterThan(MESSAGES / 2);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(arrived);
    expect(store.disk.size).toBe(0);
    expect(failures).toEqual([]);
    client.dispose();
  },
);
