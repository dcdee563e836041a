import { expect, test } from 'vitest';
import { createTestClient, seededRandom } from '../../src/testing/index.js';
import { listen } from './chat-log.js';

const MESSAGES = 200;
const CUTS = 30;

test.each([1, 2, 3, 4])(
  'DS-3 DS-5 DS-9 UP-04 UP-05 brings 200 messages through 30 random cuts: none lost, none doubled, none out of order (seed %d)',
  async (seed) => {
    const { client, server, clock, transport, open, assertClean } = createTestClient({
      seed,
      client: {
        outbox: { messagesMax: MESSAGES },
        inbox: { historyMax: MESSAGES },
        reconnect: { delayFirstMs: 200, dialsPerMinuteMax: 60 },
      },
    });
    const random = seededRandom(seed * 1_000);
    const acks = listen(client, 'message-acked');
    const failures = listen(client, 'message-failed');
    let sent = 0;
    let cuts = 0;
    await open();

    while (sent < MESSAGES || cuts < CUTS || client.outbox.list().length > 0) {
      if (sent < MESSAGES && random() < 0.7) {
        sent += 1;
        client.send(`m${sent}`);
      }
      await clock.advance(Math.floor(random() * 120));
      const connection = transport.connections.at(-1);
      if (cuts === CUTS || connection === undefined || connection.state !== 'open' || random() > 0.12) continue;
      cuts += 1;
      const roll = random();
      if (roll < 0.6) connection.blackhole(roll < 0.2 ? 'both' : roll < 0.4 ? 'to-client' : 'to-server');
      await clock.advance(Math.floor(random() * 300));
      if (connection.state === 'open') connection.dropAbruptly();
    }
    await clock.advance(100);

    const expected = Array.from({ length: MESSAGES }, (_, index) => `m${index + 1}`);
    expect(server.log.map(({ content }) => content)).toEqual(expected);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(expected);
    expect(new Set(client.snapshot.messages.map(({ key }) => key)).size).toBe(MESSAGES);
    expect(acks).toHaveLength(MESSAGES);
    expect(failures).toEqual([]);
    await client.close();
    await assertClean();
  },
);
