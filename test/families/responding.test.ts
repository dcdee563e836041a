/** Whether an answer is on its way, where the wire of a family tells it before the first word. */
import { describe, expect, test } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import { createAssistantWorld as createWorld } from './assistant-world.js';
import { createThreadWorld } from './thread-world.js';

const isResponding = ({ snapshot }: ChatSocketClient) => snapshot.isResponding;
const typing = ({ snapshot }: ChatSocketClient) => snapshot.typing.map(({ id }) => id);

describe('isResponding with an assistant', () => {
  test('is true from the acceptance of a question to the end of its answer, and the dots show until it begins', async () => {
    const { client, clock, server } = await createWorld();
    const seen = [isResponding(client)];
    client.send('Hello?');
    await clock.advance(100);
    seen.push(isResponding(client));
    const dots = [typing(client)];
    server.start();
    await clock.advance(100);
    server.chunks('Hel', 'lo!');
    await clock.advance(100);
    seen.push(isResponding(client));
    dots.push(typing(client));
    server.complete('Hello!');
    await clock.advance(100);
    seen.push(isResponding(client));

    expect(seen).toEqual([false, true, true, false]);
    expect(dots).toEqual([['assistant'], []]);
    client.dispose();
  });

  test('stays true while a second question waits for the end of the first answer, and for its own', async () => {
    const { client, clock, server } = await createWorld();
    client.send('one');
    await clock.advance(10);
    server.start();
    client.send('two');
    await clock.advance(10);
    for (let second = 0; second < 90; second += 1) {
      server.chunks('.');
      await clock.advance(1_000);
    }
    server.complete('.'.repeat(90));
    await clock.advance(100);
    const between = isResponding(client);
    server.answer('2');
    await clock.advance(100);

    expect([between, isResponding(client)]).toEqual([true, false]);
    client.dispose();
  });

  test('is false for a question that is refused, and after an answer that fails before its first word', async () => {
    const { client, clock, server } = await createWorld();
    client.send('too fast');
    await clock.advance(100);
    const refused = isResponding(client);
    client.outbox.clear();
    await clock.advance(120_000);
    client.send('hard');
    await clock.advance(100);
    const queued = isResponding(client);
    server.say('error', { error: 'worker failed' });
    await clock.advance(100);

    expect([refused, queued, isResponding(client)]).toEqual([false, true, false]);
    client.dispose();
  });

  test('is false without a connection, and true again where the history ends with the question', async () => {
    const { client, clock, server, transport } = await createWorld();
    client.send('Hello?');
    await clock.advance(100);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(0);
    const cut = isResponding(client);
    await clock.advance(5_000);
    const back = isResponding(client);
    server.answer('Hello!');
    await clock.advance(100);

    expect([cut, back, isResponding(client)]).toEqual([false, true, false]);
    client.dispose();
  });

  test('is false where the answer came while nobody was there', async () => {
    const { client, clock, server, transport } = await createWorld();
    client.send('Hello?');
    await clock.advance(100);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(0);
    server.answer('Hello!');
    await clock.advance(5_000);

    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['Hello?', 'Hello!']);
    expect(isResponding(client)).toBe(false);
    client.dispose();
  });

  test('stays true while another socket takes over', async () => {
    const { client, clock, server } = await createWorld();
    client.send('Hello?');
    await clock.advance(100);
    const seen = new Set<boolean>();
    client.subscribe(() => seen.add(isResponding(client)));
    client.reconnect();
    await clock.advance(10_000);
    const handedOver = [...seen];
    server.answer('Hello!');
    await clock.advance(100);

    expect(handedOver).toEqual([true]);
    expect(isResponding(client)).toBe(false);
    client.dispose();
  });

  test('stays true while the question of another tab is looked up, until the answer to its own', async () => {
    const { client, clock, server } = await createWorld();
    server.store('user', 'theirs');
    server.start();
    client.send('ours');
    await clock.advance(10);
    server.chunks('for them');
    server.complete('for them');
    await clock.advance(10_000);
    const seen = [isResponding(client)];
    server.answer('for us');
    await clock.advance(100);
    seen.push(isResponding(client));

    expect(seen).toEqual([true, false]);
    client.dispose();
  });

  test('is believed for a minute where no worker is there', async () => {
    const { client, clock } = await createWorld({ hasHistory: false });
    client.send('Hello?');
    await clock.advance(59_000);
    const before = isResponding(client);
    await clock.advance(2_000);

    expect([before, isResponding(client), typing(client)]).toEqual([true, false, []]);
    client.dispose();
  });
});

describe('isResponding with a thread', () => {
  test('is true while its assistant is at work, longer than other people are believed to type', async () => {
    const { client, clock, server } = await createThreadWorld();
    const say = (value: boolean) => server.say({ type: 'chat_status', event: 'typing', value, correlation_id: '1' });
    say(true);
    await clock.advance(30_000);
    const atWork = isResponding(client);
    say(false);
    await clock.advance(100);

    expect([atWork, isResponding(client)]).toEqual([true, false]);
    client.dispose();
  });
});
