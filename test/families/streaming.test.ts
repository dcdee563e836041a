/** The streaming family, over a model of its server: what its wire does not tell must not be lost or shown twice. */
import { describe, expect, test } from 'vitest';
import { settle } from '../../src/testing/index.js';
import { createAssistantWorld as createWorld, shown } from './assistant-world.js';

describe('an assistant without ids', () => {
  test('answers a question, chunk by chunk, on a socket opened with a single-use token', async () => {
    const { client, clock, transport, server } = await createWorld();
    const outgoing = client.send('Hello?');
    await clock.advance(10);
    server.start();
    server.chunks('Hel');
    await clock.advance(10);
    const midway = shown(client);
    server.chunks('lo!');
    server.complete('Hello!');
    await clock.advance(100);

    expect(transport.connections[0]?.url).toContain('?connection_token=token-1');
    expect(await outgoing.acked).toMatchObject({ duplicate: false });
    expect(midway).toEqual(['me: Hello? (sent)', 'ai: Hel (streaming)']);
    expect(shown(client)).toEqual(['me: Hello? (sent)', 'ai: Hello! (done)']);
    client.dispose();
  });

  test('whose second acceptance comes inside the first answer keeps both apart', async () => {
    const { client, clock, server } = await createWorld();
    client.send('one');
    await clock.advance(10);
    server.start();
    server.chunks('1');
    client.send('two');
    await clock.advance(10);
    server.chunks('.');
    server.complete('1.');
    server.answer('2', '.');
    await clock.advance(100);

    expect(shown(client)).toEqual(['me: one (sent)', 'ai: 1. (done)', 'me: two (sent)', 'ai: 2. (done)']);
    client.dispose();
  });

  test('DS-7 settles what a drop left unknown by its history: neither lost nor asked twice', async () => {
    const { client, clock, transport, server } = await createWorld();
    transport.connections[0]?.blackhole('to-client');
    const outgoing = client.send('accepted, and the word of it lost');
    await clock.advance(10);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10_000);

    expect(await outgoing.acked).toMatchObject({ id: outgoing.id });
    expect(server.accepted).toEqual(['accepted, and the word of it lost']);
    expect(shown(client)).toEqual(['me: accepted, and the word of it lost (sent)']);
    client.dispose();
  });

  test('DS-6 gets a question again that its history does not have', async () => {
    const { client, clock, transport, server } = await createWorld();
    transport.connections[0]?.blackhole('to-server');
    const outgoing = client.send('never arrived');
    await clock.advance(10);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(15_000);

    expect(server.accepted).toEqual(['never arrived']);
    expect(outgoing.status).toBe('sent');
    client.dispose();
  });

  test('DS-5 gets a lost question again before those that came after it', async () => {
    const { client, clock, transport, server } = await createWorld();
    transport.connections[0]?.blackhole('to-server');
    client.send('first');
    client.send('second');
    await clock.advance(10);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(15_000);

    expect(server.accepted).toEqual(['first', 'second']);
    client.dispose();
  });

  test('DS-5 gets a question again that was lost on the socket which another one took over from', async () => {
    const { client, clock, transport, server } = await createWorld();
    transport.connections[0]?.blackhole('to-server');
    client.send('first');
    client.reconnect();
    await clock.advance(20_000);
    client.send('second');
    await clock.advance(20_000);

    expect(transport.connections.length).toBe(2);
    expect(server.accepted).toEqual(['first', 'second']);
    client.dispose();
  });

  test('does not wait for ever for a lost question while the history cannot be read', async () => {
    const { client, clock, transport, server } = await createWorld();
    server.hasHistory = false;
    transport.connections[0]?.blackhole('to-server');
    const lost = client.send('first');
    client.send('second');
    await clock.advance(10);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(20_000);
    const meanwhile = [...server.accepted, lost.status];
    server.hasHistory = true;
    await clock.advance(20_000);

    expect(meanwhile).toEqual(['second', 'unconfirmed']);
    expect(server.accepted).toEqual(['second', 'first']);
    client.dispose();
  });

  test('is given the place that its answer came from: a history that begins later takes no answer away', async () => {
    const { client, clock, transport, server } = await createWorld();
    for (let number = 1; number <= 6; number += 1) {
      client.send(`question ${number}`);
      await clock.advance(10);
      server.answer(`answer ${number}`);
      await clock.advance(10);
    }
    server.rows.splice(0, 8);
    for (let cut = 0; cut < 3; cut += 1) {
      transport.connections.at(-1)?.dropAbruptly();
      await clock.advance(10_000);
    }

    expect(shown(client).length).toBe(12);
    client.dispose();
  });

  test('UP-02 is open, and answers, while its history cannot be read; what it has is shown once it can be', async () => {
    const { client, clock, transport, server } = await createWorld();
    server.hasHistory = false;
    transport.connections[0]?.dropAbruptly();
    await clock.advance(3_000);
    const { status } = client.snapshot.connection;
    server.store('user', 'from elsewhere');
    client.send('here?');
    await clock.advance(10);
    server.answer('Here.');
    await clock.advance(60_000);
    const meanwhile = shown(client);
    const dials = transport.connections.length;
    server.hasHistory = true;
    await clock.advance(35_000);

    expect(status).toBe('open');
    expect(dials).toBe(2);
    expect(meanwhile).toEqual(['me: here? (sent)', 'ai: Here. (done)']);
    expect([...shown(client)].sort()).toEqual([...meanwhile, 'me: from elsewhere (sent)'].sort());
    client.dispose();
  });

  test('leaves a question unconfirmed where there is no history', async () => {
    const { client, clock, transport, server } = await createWorld({ hasHistory: false });
    transport.connections[0]?.blackhole('to-server');
    const outgoing = client.send('who knows');
    await clock.advance(10);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(60_000);

    expect(outgoing.status).toBe('unconfirmed');
    expect(server.accepted).toEqual([]);
    client.dispose();
  });

  test('UP-14 shows the whole answer after a drop in its middle, whatever the new socket heard of it', async () => {
    const { client, clock, transport, server } = await createWorld();
    client.send('long?');
    await clock.advance(10);
    server.start();
    server.chunks('one ');
    await clock.advance(10);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10);
    const cut = shown(client);
    server.chunks('two ');
    await clock.advance(10_000);
    server.chunks('three');
    server.complete('one two three');
    await clock.advance(1_000);

    expect(cut).toEqual(['me: long? (sent)', 'ai: one  (stalled)']);
    expect(shown(client)).toEqual(['me: long? (sent)', 'ai: one two three (done)']);
    client.dispose();
  });

  test('shows the whole answer where it was completed while nobody was there', async () => {
    const { client, clock, transport, server } = await createWorld();
    client.send('long?');
    await clock.advance(10);
    server.start();
    server.chunks('one ');
    await clock.advance(10);
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10);
    server.chunks('two');
    server.complete('one two');
    await clock.advance(10_000);

    expect(shown(client)).toEqual(['me: long? (sent)', 'ai: one two (done)']);
    client.dispose();
  });

  test('whose worker tries again after a failure replaces the failed part', async () => {
    const { client, clock, server } = await createWorld();
    client.send('again?');
    await clock.advance(10);
    server.start();
    server.chunks('Once ', 'upon');
    server.say('error', { error: 'worker failed' });
    await clock.advance(10);
    const failed = shown(client);
    server.answer('Twice ', 'upon ', 'a time');
    await clock.advance(1_000);

    expect(failed).toEqual(['me: again? (sent)', 'ai: Once upon (failed)']);
    expect(shown(client)).toEqual(['me: again? (sent)', 'ai: Twice upon a time (done)']);
    client.dispose();
  });

  test('whose task is delivered twice shows its answer once, at every moment', async () => {
    const { client, clock, server } = await createWorld();
    client.send('twice?');
    await clock.advance(10);
    server.answer('The ', 'answer');
    await clock.advance(10);
    const seen = new Set<number>();
    client.subscribe(() => seen.add(client.snapshot.messages.length));
    server.start();
    server.chunks('The ', 'ans');
    await clock.advance(100);
    server.chunks('wer');
    server.say('complete');
    await clock.advance(5_000);

    expect(shown(client)).toEqual(['me: twice? (sent)', 'ai: The answer (done)']);
    expect([...seen].filter((count) => count !== 2)).toEqual([]);
    client.dispose();
  });

  test('whose killed worker begins anew goes on with the same words, and replaces others', async () => {
    const { client, clock, server } = await createWorld();
    client.send('killed?');
    await clock.advance(10);
    server.start();
    server.chunks('The ', 'old ');
    await clock.advance(10);
    server.start();
    server.chunks('The ');
    await clock.advance(10);
    const level = shown(client);
    server.chunks('new ', 'words');
    server.complete('The new words');
    await clock.advance(1_000);

    expect(level).toEqual(['me: killed? (sent)', 'ai: The old  (streaming)']);
    expect(shown(client)).toEqual(['me: killed? (sent)', 'ai: The new words (done)']);
    client.dispose();
  });

  test('answers two questions with the same words twice', async () => {
    const { client, clock, server } = await createWorld();
    client.send('same?');
    await clock.advance(10);
    server.answer('Yes.');
    await clock.advance(10);
    client.send('same?');
    await clock.advance(10);
    server.answer('Yes.');
    await clock.advance(5_000);

    expect(shown(client)).toEqual(['me: same? (sent)', 'ai: Yes. (done)', 'me: same? (sent)', 'ai: Yes. (done)']);
    client.dispose();
  });

  test('shows a stream once while two sockets bring it', async () => {
    const { client, clock, transport, server } = await createWorld();
    client.send('both?');
    await clock.advance(10);
    server.start();
    server.chunks('a');
    await clock.advance(10);
    client.reconnect();
    for (let step = 0; step < 6; step += 1) {
      server.chunks(String(step));
      await settle();
    }
    await clock.advance(1_000);
    server.complete('a012345');
    await clock.advance(5_000);
    client.send('next?');
    await clock.advance(10);
    server.answer('ne', 'xt');
    await clock.advance(1_000);

    expect(transport.connections.length).toBe(2);
    expect(shown(client)).toEqual(['me: both? (sent)', 'ai: a012345 (done)', 'me: next? (sent)', 'ai: next (done)']);
    client.dispose();
  });

  test('UP-06 UP-40 shows the question of another tab in front of its answer, as soon as that is whole', async () => {
    const { client, clock, transport, server } = await createWorld();
    server.store('user', 'asked elsewhere');
    server.start();
    server.chunks('for ', 'both');
    await clock.advance(10);
    const midway = shown(client);
    server.complete('for both');
    await clock.advance(100);

    expect(midway).toEqual(['ai: for both (streaming)']);
    expect(shown(client)).toEqual(['me: asked elsewhere (sent)', 'ai: for both (done)']);
    expect(transport.connections.length).toBe(1);
    client.dispose();
  });

  test('UP-40 shows it there, too, where a question of this tab came between', async () => {
    const { client, clock, server } = await createWorld();
    server.store('user', 'theirs');
    server.start();
    server.chunks('for them');
    await clock.advance(10);
    client.send('ours');
    await clock.advance(10);
    server.complete('for them');
    await clock.advance(100);

    expect(shown(client)).toEqual(['me: theirs (sent)', 'ai: for them (done)', 'me: ours (sent)']);
    client.dispose();
  });

  test('UP-06 reads its history for no answer to a question of its own', async () => {
    const { client, clock, server } = await createWorld();
    client.send('asked here');
    await clock.advance(10);
    const { historyReads } = server;
    server.answer('an answer');
    await clock.advance(10_000);

    expect(server.historyReads).toBe(historyReads);
    client.dispose();
  });

  test('DS-5 is not taken to have a question that goes out while its history brings the same words of another tab', async () => {
    const { client, clock, transport, server } = await createWorld();
    transport.connections[0]?.blackhole('to-client');
    client.send('first');
    const second = client.send('same words');
    await clock.advance(10);
    server.hasHistory = false;
    transport.connections[0]?.dropAbruptly();
    await clock.advance(2_000);
    server.store('user', 'same words');
    transport.connections[1]?.blackhole('to-server');
    server.hasHistory = true;
    await clock.advance(10_000);
    const meanwhile = second.status;
    transport.connections[1]?.dropAbruptly();
    await clock.advance(30_000);

    expect(meanwhile).toBe('sending');
    expect(server.accepted).toEqual(['first', 'same words']);
    expect(shown(client)).toEqual(['me: first (sent)', 'me: same words (sent)', 'me: same words (sent)']);
    client.dispose();
  });

  test('F77 tries once, waits as long as its limit asks for, over another connection too, and says how long', async () => {
    const { client, clock, transport, server } = await createWorld();
    const outgoing = client.send('too fast');
    await clock.advance(60_000);
    const { sendsAgainAtMs, text } = client.explain();
    transport.connections[0]?.dropAbruptly();
    await clock.advance(50_000);
    const early = [server.refused, outgoing.status];
    await clock.advance(15_000);

    expect(sendsAgainAtMs).toBeGreaterThan(clock.nowMs() - 10_000);
    expect(text).toBe('Connected. The server asked for a pause; messages go out again in 1 min.');
    expect(early).toEqual([1, 'queued']);
    expect(server.refused).toBe(2);
    expect(client.explain().sendsAgainAtMs).not.toBeNull();
    client.dispose();
  });
});
