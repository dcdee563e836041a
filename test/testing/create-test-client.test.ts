import { expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/create-test-client.js';

test('connects, sends and leaves nothing behind', async () => {
  const { client, server, open, transport, assertClean } = createTestClient();

  await open();
  const outgoing = client.send('Hello');
  const receipt = await outgoing.acked;
  await client.close();

  expect(receipt).toMatchObject({ seq: 1, duplicate: false });
  expect(server.log.map(({ content }) => content)).toEqual(['Hello']);
  expect(transport.tokens).toEqual(['token-1']);
  await assertClean({ acked: outgoing.acked });
});
