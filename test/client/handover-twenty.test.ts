/** The promise of the handover, at its hardest: a long answer and many messages on their way while tokens are renewed. */

import { expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { withoutRenewal } from '../support/without-renewal.js';
import { listen, watchSteps } from './chat-log.js';

const RENEWALS = 20;
const CHUNKS = 10_000;
const SENDS = 200;
const LIFETIME_MS = 50_000;
const CHUNK_MS = 85;
const SEND_EVERY = CHUNKS / SENDS;
/** Chunks until a message is acked: most of the time one is on its way, and some handovers do not wait that long. */
const ACK_AFTER = 30;

test.each([
  ['by handover', true],
  ['in band', false],
])(
  'UP-42 CN-2 MT-7 a token renewed 20 times %s interrupts neither an answer of 10,000 chunks nor 200 messages',
  async (_way, isByHandover) => {
    let calls = 0;
    const { client, server, transport, clock, open, assertClean } = createTestClient({
      client: {
        ...(isByHandover ? { protocol: withoutRenewal() } : {}),
        token: () => {
          calls += 1;
          return { token: `token-${calls}`, expiresInMs: LIFETIME_MS };
        },
        outbox: { messagesMax: 1_000 },
        inbox: { historyMax: 1_000 },
      },
      server: { mode: 'manual', hello: { expiresInMs: LIFETIME_MS } },
    });
    let mostSockets = 0;
    transport.onConnection(() => {
      server.ready();
      mostSockets = Math.max(mostSockets, transport.liveCount);
    });
    await open();
    const steps = watchSteps(client);
    const renewals = listen(client, 'token-renewed');
    const handovers = listen(client, 'handover-finished');
    const acked = listen(client, 'message-acked');
    const deltas = listen(client, 'stream-delta');
    const updates = listen(client, 'message-updated');
    const stream = server.startStream();
    const chunkOf = (index: number) => `${index} 👩‍👩‍👧 `;
    const waiting = new Map<unknown, number>();
    let meetings = 0;

    for (let index = 0; index < CHUNKS; index += 1) {
      stream.write(chunkOf(index));
      if (index % SEND_EVERY === 0) client.send(`message ${index}`);
      for (const message of [...server.pending]) {
        const sinceIndex = waiting.get(message) ?? index;
        waiting.set(message, sinceIndex);
        if (index - sinceIndex >= ACK_AFTER) server.ack(message.clientMessageId);
      }
      await clock.advance(CHUNK_MS);
      mostSockets = Math.max(mostSockets, transport.liveCount);
      const { connection, outbox } = client.snapshot;
      if (connection.status === 'open' && connection.handover && outbox.inFlight > 0) meetings += 1;
    }
    stream.end();
    for (const { clientMessageId } of [...server.pending]) server.ack(clientMessageId);
    await clock.advance(5_000);

    const text = Array.from({ length: CHUNKS }, (_, index) => chunkOf(index)).join('');
    const sent = Array.from({ length: SENDS }, (_, count) => `message ${count * SEND_EVERY}`);
    expect(steps).toEqual([]);
    expect(renewals.length).toBeGreaterThanOrEqual(RENEWALS);
    expect(handovers).toHaveLength(isByHandover ? renewals.length : 0);
    expect(mostSockets).toBe(isByHandover ? 2 : 1);
    expect(meetings > RENEWALS).toBe(isByHandover);
    expect(client.snapshot.messages.find(({ id }) => id === stream.id)?.content === text).toBe(true);
    expect(deltas.map((delta) => delta.text).join('') === text).toBe(true);
    expect(updates.filter(({ message }) => message.id === stream.id)).toEqual([]);
    const log = server.log.map(({ content }) => content).filter((content) => content !== stream.content);
    expect(log).toEqual(sent);
    expect(acked).toHaveLength(SENDS);
    expect(new Set(transport.tokens).size).toBe(transport.tokens.length);
    await client.close();
    await assertClean();
  },
  60_000,
);
