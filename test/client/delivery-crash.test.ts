/** The page dies at every step between `send()` and the end of its row; the next page brings the message through once. */
import { describe, expect, test } from 'vitest';
import { createStoredWorld, type StoredWorld } from '../support/stored-world.js';
import { listen, outcomeOf, sentTexts } from './chat-log.js';

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

/** Lets a new page bring everything through. */
async function comeBack(world: StoredWorld) {
  const client = world.restart();
  client.connect();
  await world.clock.advance(10_000);
  return client;
}

describe('a crash', () => {
  test('F69 c0 before the commit: nothing was promised, and nothing is sent', async () => {
    const world = createStoredWorld();
    world.store.delayMs = 1_000;
    await world.open();
    const { persisted } = world.client.send('draft');
    await world.clock.advance(500);

    world.crash();
    const next = await comeBack(world);
    await world.clock.advance(30_000);

    expect(world.store.disk.size).toBe(0);
    expect(contents(world.server.log)).toEqual([]);
    expect(next.snapshot.messages).toEqual([]);
    expect(await outcomeOf(persisted)).toBe('resolved');
    next.dispose();
  });

  test('F69 c1 DS-3 after the commit and before the first byte: sent once, and shown from the start', async () => {
    const world = createStoredWorld();
    const { id, persisted } = world.client.send('kept');
    expect(await persisted).toEqual({ durable: true });

    world.crash();
    const next = world.restart();
    const acks = listen(next, 'message-acked');
    next.connect();
    await world.clock.advance(0);
    const early = next.snapshot.messages.map(({ content, clientMessageId }) => [content, clientMessageId]);
    await world.clock.advance(10_000);

    expect(early).toEqual([['kept', id]]);
    expect(contents(world.server.log)).toEqual(['kept']);
    expect(acks.map(({ clientMessageId }) => clientMessageId)).toEqual([id]);
    expect(next.snapshot.messages.map(({ content, delivery }) => [content, delivery])).toEqual([['kept', 'sent']]);
    expect(world.store.disk.size).toBe(0);
    next.dispose();
  });

  test('F69 c2 after the first byte, which got lost: sent again with the same id', async () => {
    const world = createStoredWorld();
    await world.open();
    world.server.connection.blackhole('to-server');
    const { id } = world.client.send('lost on the way');
    await world.clock.advance(0);

    world.crash();
    const next = await comeBack(world);

    expect(contents(world.server.log)).toEqual(['lost on the way']);
    expect(next.snapshot.messages.map(({ clientMessageId }) => clientMessageId)).toEqual([id]);
    expect(world.store.disk.size).toBe(0);
    next.dispose();
  });

  test('F69 c3 F25 after the server stored it, with the ack lost: there once', async () => {
    const world = createStoredWorld();
    await world.open();
    world.server.connection.blackhole('to-client');
    world.client.send('stored');
    await world.clock.advance(0);

    world.crash();
    const next = await comeBack(world);

    expect(contents(world.server.log)).toEqual(['stored']);
    expect(contents(next.snapshot.messages)).toEqual(['stored']);
    expect(next.outbox.list()).toEqual([]);
    expect(world.store.disk.size).toBe(0);
    next.dispose();
  });

  test('F69 c4 after the ack, with the row still there: there once, and the row goes', async () => {
    const world = createStoredWorld();
    await world.open();
    world.store.onStep = (step) => {
      if (step.startsWith('remove')) world.crash();
    };
    world.client.send('acked');
    await world.clock.advance(0);
    const left = world.store.disk.size;
    world.store.onStep = () => {};

    const next = await comeBack(world);

    expect(left).toBe(1);
    expect(contents(world.server.log)).toEqual(['acked']);
    expect(contents(next.snapshot.messages)).toEqual(['acked']);
    expect(world.store.disk.size).toBe(0);
    next.dispose();
  });

  test('F69 c5 after the row is gone: nothing is sent', async () => {
    const world = createStoredWorld();
    await world.open();
    world.client.send('done');
    await world.clock.advance(100);

    world.crash();
    const next = await comeBack(world);

    expect(sentTexts(world.server.connection)).toEqual([]);
    expect(contents(world.server.log)).toEqual(['done']);
    next.dispose();
  });

  test.each(Array.from({ length: 24 }, (_, index) => index + 1))(
    'F69 DS-3 DS-4 DS-9 at step %d of a run: all that was promised is there once, in order',
    async (fatalStep) => {
      const world = createStoredWorld();
      const promised: string[] = [];
      let steps = 0;
      const step = () => {
        steps += 1;
        if (steps === fatalStep) world.crash();
      };
      world.store.onStep = step;
      world.transport.onConnection((connection) => {
        connection.onFrame(step);
      });
      const write = (text: string) => {
        if (steps >= fatalStep) return;
        const { persisted } = world.client.send(text);
        persisted.then(({ durable }) => {
          if (durable) promised.push(text);
        });
      };

      for (const text of ['one', 'two', 'three']) write(text);
      if (steps < fatalStep) await world.open();
      for (const text of ['four', 'five', 'six']) write(text);
      await world.clock.advance(1_000);
      if (steps < fatalStep) world.crash();
      world.store.onStep = () => {};
      const next = await comeBack(world);

      const arrived = contents(world.server.log);
      expect(arrived).toEqual(['one', 'two', 'three', 'four', 'five', 'six'].filter((text) => arrived.includes(text)));
      for (const text of promised) expect(arrived).toContain(text);
      expect(contents(next.snapshot.messages)).toEqual(arrived);
      expect(world.store.disk.size).toBe(0);
      next.dispose();
    },
  );
});

describe('the page that comes back', () => {
  test('DS-9 UP-21 sends what is left before what is new, also while the store opens slowly', async () => {
    const world = createStoredWorld();
    for (const text of ['old one', 'old two']) world.client.send(text);
    await world.clock.advance(0);
    world.crash();
    world.store.delayMs = 3_000;

    const next = world.restart();
    next.connect();
    next.send('new');
    await world.clock.advance(0);
    const atOnce = contents(next.snapshot.messages);
    await world.clock.advance(60_000);

    expect(atOnce).toEqual(['new']);
    expect(contents(world.server.log)).toEqual(['old one', 'old two', 'new']);
    expect(contents(next.snapshot.messages)).toEqual(['old one', 'old two', 'new']);
    next.dispose();
  });

  test('DS-6 takes a message that may have been sent for unknown, and one that was not for not sent', async () => {
    const world = createStoredWorld({ outbox: { ageMaxMs: 60_000 } });
    await world.open();
    world.server.connection.blackhole('to-server');
    const sent = world.client.send('sent');
    await world.clock.advance(0);
    world.crash();
    const second = world.restart();
    const unsent = second.send('not sent');
    await world.clock.advance(0);
    world.crash(second);

    await world.clock.advance(60_000);
    const third = world.restart();
    const failures = listen(third, 'message-failed');
    third.connect();
    await world.clock.advance(100);

    expect(failures.map(({ clientMessageId, error }) => [clientMessageId, error.code, error.fields])).toEqual([
      [sent.id, 'delivery/expired', { outcome: 'unknown' }],
      [unsent.id, 'delivery/expired', { outcome: 'not-sent' }],
    ]);
    expect(world.store.disk.size).toBe(0);
    third.dispose();
  });

  test('DS-7 takes a message that the server shows already for acked, though its row came late', async () => {
    const world = createStoredWorld();
    await world.open();
    world.server.connection.blackhole('to-client');
    world.client.send('stored');
    await world.clock.advance(0);
    world.crash();
    world.store.delayMs = 2_000;

    const next = world.restart();
    next.connect();
    await world.clock.advance(20_000);

    expect(contents(next.snapshot.messages)).toEqual(['stored']);
    expect(sentTexts(world.server.connection)).toEqual([]);
    expect(world.store.disk.size).toBe(0);
    next.dispose();
  });
});
