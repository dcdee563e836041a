/** Names that mean something to a JavaScript object. */
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('names that mean something to an object', () => {
  test('C5 keys that change prototypes reach no object', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    server.emit('x', {
      metadata: JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"fine":1}'),
    });
    await clock.advance(100);

    expect(client.snapshot.messages[0]?.metadata).toEqual({ fine: 1 });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    client.dispose();
  });

  test.each(['__proto__', 'constructor'])(
    'C5 a chat works in a conversation named %s, beside any other',
    async (name) => {
      const { client, open, server, clock } = createTestClient({ client: { conversationId: name } });
      await open();
      const sent = client.send('said here');
      client.conversation('elsewhere').send('said there');
      server.emit('heard here', { conversationId: name, senderId: '__proto__' });
      await clock.advance(1_000);

      expect(sent.status).toBe('sent');
      expect(contents(client.snapshot.messages)).toEqual(['said here', 'heard here']);
      expect(contents(client.conversation('elsewhere').snapshot.messages)).toEqual(['said there']);
      client.dispose();
    },
  );
});
