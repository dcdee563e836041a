/** What goes out again by itself after its ack was lost, by the option and by what the server can tell. */
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { outcomeOf, sentTexts } from './chat-log.js';

const RETRY_MS = 6_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

/** A message is sent, and the link is lost with or without the server having it. */
async function loseAck(facts: {
  readonly resend: 'always' | 'when-safe' | 'never';
  readonly dialect?: 'base';
  readonly isStored: boolean;
}) {
  const { resend, dialect, isStored } = facts;
  const world = createTestClient({
    client: { outbox: { resend } },
    server: dialect === undefined ? {} : { dialect },
  });
  const { client, server, open, clock, transport } = world;
  await open();
  await transport.nextConnection();
  server.connection.blackhole(isStored ? 'to-client' : 'to-server');
  const outgoing = client.send('in doubt');
  await clock.advance(100);
  server.connection.dropAbruptly();
  await transport.nextConnection({ withinMs: RETRY_MS });
  await clock.advance(1_000);
  return { ...world, outgoing };
}

describe('a message whose ack was lost', () => {
  test.each([
    ['always', undefined, 'sent'],
    ['when-safe', undefined, 'sent'],
    ['never', undefined, 'unconfirmed'],
    ['always', 'base', 'sent'],
    ['when-safe', 'base', 'unconfirmed'],
    ['never', 'base', 'unconfirmed'],
  ] as const)('UP-05 DS-8 under resend %s, dialect %s, that did not arrive, is %s', async (resend, dialect, status) => {
    const { client, server, outgoing } = await loseAck({ resend, ...(dialect && { dialect }), isStored: false });

    expect(outgoing.status).toBe(status);
    expect(contents(server.log)).toEqual(status === 'sent' ? ['in doubt'] : []);
    expect(contents(client.snapshot.messages)).toEqual(['in doubt']);
    client.dispose();
  });

  test.each([
    ['always', undefined],
    ['when-safe', undefined],
    ['never', undefined],
    ['always', 'base'],
    ['when-safe', 'base'],
    ['never', 'base'],
  ] as const)(
    'UP-05 DS-7 under resend %s, dialect %s, that the history tells of, is acked by it and not sent again',
    async (resend, dialect) => {
      const { client, server, outgoing } = await loseAck({ resend, ...(dialect && { dialect }), isStored: true });

      expect(await outcomeOf(outgoing.acked)).toBe('resolved');
      expect(sentTexts(server.connection)).toEqual([]);
      expect(contents(server.log)).toEqual(['in doubt']);
      client.dispose();
    },
  );

  test('UP-05 under resend never goes out again when the user asks for it', async () => {
    const { client, server, outgoing, clock } = await loseAck({ resend: 'never', isStored: false });

    const isRetried = client.outbox.retry(outgoing.id);
    await clock.advance(1_000);

    expect(isRetried).toBe(true);
    expect(contents(server.log)).toEqual(['in doubt']);
  });
});

describe('a server that answers in order', () => {
  test('DS-8 UP-05 has not taken what it acks a later message before: that is sent again', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ratePerSecond: Infinity } },
      server: { dialect: 'base', mode: 'manual' },
    });
    client.conversation('other');
    await open();
    server.ready();
    await clock.advance(0);
    const dropped = client.send('dropped');
    client.send('behind it');
    const later = client.conversation('other').send('acked');
    await clock.advance(0);

    server.ack(later.id);
    await clock.advance(100);

    expect(await outcomeOf(later.acked)).toBe('resolved');
    expect(sentTexts(server.connection)).toEqual(['dropped', 'acked', 'dropped']);
    expect(dropped.status).toBe('sending');
    client.dispose();
  });

  test('DS-7 proves nothing by a copy of the same words, which may be from another device', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ratePerSecond: Infinity } },
      server: { dialect: 'base', mode: 'manual' },
    });
    client.conversation('other');
    await open();
    server.ready();
    await clock.advance(0);
    client.send('first');
    client.conversation('other').send('hi');
    await clock.advance(0);

    server.emit('hi', { conversationId: 'other', senderId: 'user-1' });
    await clock.advance(100);

    expect(sentTexts(server.connection)).toEqual(['first', 'hi']);
    client.dispose();
  });
});
