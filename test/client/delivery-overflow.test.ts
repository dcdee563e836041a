/** A full outbox: what gives way is told so, and nothing that may have arrived ever does. */
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, outcomeOf, refusalOf } from './chat-log.js';

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('a full outbox', () => {
  test('F78 I22 shows no more failed messages than can be tried again', () => {
    const { client } = createTestClient({ client: { outbox: { messagesMax: 2, overflow: 'drop-newest' } } });

    const sends = Array.from({ length: 50 }, (_, index) => client.send(`message ${index}`));

    expect(contents(client.snapshot.messages)).toEqual(['message 0', 'message 1', 'message 48', 'message 49']);
    expect(client.snapshot.outbox).toEqual({ queued: 2, inFlight: 0, failed: 2 });
    expect(sends.map(({ id }) => client.outbox.cancel(id)).filter(Boolean)).toHaveLength(4);
    expect(client.snapshot.messages).toEqual([]);
    client.dispose();
  });

  test('F58 F78 comes to an end where a listener tries everything again that failed', () => {
    const { client } = createTestClient({ client: { outbox: { messagesMax: 1, overflow: 'drop-oldest' } } });
    const answers: boolean[] = [];
    client.on('message-failed', ({ clientMessageId }) => {
      if (answers.length < 100) answers.push(client.outbox.retry(clientMessageId));
    });

    for (const text of ['first', 'second']) client.send(text);

    expect(answers).toEqual([false]);
    expect(client.snapshot.outbox).toEqual({ queued: 1, inFlight: 0, failed: 1 });
    client.dispose();
  });

  test.each(['reject-new', 'drop-oldest', 'drop-newest'] as const)(
    'F78 %s says that a message alone is too big',
    (overflow) => {
      const { client } = createTestClient({ client: { outbox: { bytesMax: 10, overflow } } });

      const error = refusalOf(() => client.send('eleven byte'));

      expect(error).toMatch(/^delivery\/outbox-full: .* has 11 bytes, and the outbox holds 10/);
      expect(client.snapshot.messages).toEqual([]);
      client.dispose();
    },
  );

  test('F78 drop-oldest lets the oldest go that no connection had', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { messagesMax: 3, inFlightMax: 1, overflow: 'drop-oldest' } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    const failures = listen(client, 'message-failed');
    const sends = ['handed over', 'oldest', 'second', 'third'].map((text) => client.send(text));

    const statuses = sends.map(({ status }) => status);

    expect(statuses).toEqual(['sending', 'failed', 'queued', 'queued']);
    expect(await outcomeOf(sends[1]?.acked ?? Promise.resolve())).toBe('delivery/evicted');
    expect(failures.map(({ error }) => [error.code, error.fields])).toEqual([
      ['delivery/evicted', { outcome: 'not-sent' }],
    ]);
    expect(client.snapshot.messages.map(({ content, error }) => [content, error?.code])).toEqual([
      ['handed over', undefined],
      ['oldest', 'delivery/evicted'],
      ['second', undefined],
      ['third', undefined],
    ]);
    expect(client.snapshot.outbox).toEqual({ queued: 2, inFlight: 1, failed: 1 });
    client.dispose();
  });

  test('F78 drop-oldest refuses the new one where the server may have all the others', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { messagesMax: 2, overflow: 'drop-oldest' } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    const sends = ['one', 'two'].map((text) => client.send(text));
    await clock.advance(0);

    const refusal = refusalOf(() => client.send('three'));
    server.connection.dropAbruptly();
    await clock.advance(0);
    const refusalAfterLoss = refusalOf(() => client.send('three'));

    expect([refusal, refusalAfterLoss]).toEqual([
      expect.stringMatching(/^delivery\/outbox-full: Cannot send: the outbox holds 2 messages/),
      expect.stringMatching(/^delivery\/outbox-full/),
    ]);
    expect(sends.map(({ status }) => status)).toEqual(['unconfirmed', 'unconfirmed']);
    client.dispose();
  });

  test('F78 drop-oldest lets as many go as the bytes of the new one need, and none if that is not enough', () => {
    const { client } = createTestClient({ client: { outbox: { bytesMax: 10, overflow: 'drop-oldest' } } });
    const small = ['aaa', 'bbb', 'ccc'].map((text) => client.send(text));

    client.send('dddddd');
    const statuses = small.map(({ status }) => status);
    const refusal = refusalOf(() => client.send('e'.repeat(11)));

    expect(statuses).toEqual(['failed', 'failed', 'queued']);
    expect(refusal).toMatch(/^delivery\/outbox-full/);
    expect(client.outbox.list().map(({ content }) => content)).toEqual(['ccc', 'dddddd']);
  });

  test('F78 drop-newest lets the new one fail at once, and shows it', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { messagesMax: 1, overflow: 'drop-newest' } },
    });
    client.send('first');

    const outgoing = client.send('second');
    const { status } = outgoing;

    expect(status).toBe('failed');
    expect(await outcomeOf(outgoing.acked)).toBe('delivery/evicted');
    expect(await outgoing.persisted).toEqual({ durable: false });
    expect(client.snapshot.messages.map(({ content, delivery }) => [content, delivery])).toEqual([
      ['first', 'queued'],
      ['second', 'failed'],
    ]);
    await open();
    await clock.advance(1_000);
    expect(contents(server.log)).toEqual(['first']);
  });

  test('F78 takes a message that gave way again, once there is room', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { messagesMax: 1, overflow: 'drop-newest' } },
    });
    client.send('first');
    const { id } = client.send('second');

    const whileFull = client.outbox.retry(id);
    await open();
    await clock.advance(1_000);
    const later = client.outbox.retry(id);
    await clock.advance(1_000);

    expect([whileFull, later]).toEqual([false, true]);
    expect(contents(server.log)).toEqual(['first', 'second']);
    expect(client.snapshot.outbox.failed).toBe(0);
    expect(client.snapshot.messages.map(({ delivery, error }) => [delivery, error])).toEqual([
      ['sent', null],
      ['sent', null],
    ]);
  });

  test('C6 remembers no more failed messages than the outbox holds', () => {
    const { client } = createTestClient({ client: { outbox: { messagesMax: 2, overflow: 'drop-oldest' } } });

    const sends = Array.from({ length: 10 }, (_, index) => client.send(`m${index}`));

    expect(client.snapshot.outbox).toEqual({ queued: 2, inFlight: 0, failed: 2 });
    expect(sends.map(({ id }) => client.outbox.cancel(id))).toEqual([...Array(6).fill(false), ...Array(4).fill(true)]);
  });
});
