import { createTestClient } from '../../src/testing/index.js';

/** A connected client in whose conversation an answer grows, with this text so far. */
export async function withAnswer(text = 'so far') {
  const world = createTestClient();
  await world.open();
  await world.transport.nextConnection();
  const stream = world.server.startStream();
  stream.write(text);
  await world.clock.advance(100);
  return { ...world, stream, row: () => world.client.snapshot.messages.find(({ id }) => id === stream.id) };
}
