/** What a client says to itself is no sign of life from its server. */
import { expect, test } from 'vitest';
import { createAssistantWorld as createWorld } from './assistant-world.js';

test('L4 a socket that died in the middle of an answer is found dead in time, though the chat goes on without its history', async () => {
  const { client, clock, server } = await createWorld();
  await clock.advance(3_000);
  server.start();
  server.chunks('An ans');
  await clock.advance(40_000);
  server.vanish();
  // After a minute a ping goes out, and the answer stalls: the history is asked for the rest of it, and does without.
  await clock.advance(30_000);

  expect(client.snapshot.connection).toMatchObject({ status: 'connecting', cause: { kind: 'unresponsive' } });
  client.dispose();
});
