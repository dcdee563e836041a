/** The base family over a real server on Node's `ws`: its limit, its refusals, and links that are cut. */
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type EnvelopeServer, startEnvelopeServer } from '../../examples/node-envelope/server.js';
import { ChatSocketClient, type ChatSocketOptions } from '../../src/index.js';
import { envelopeProtocol } from '../../src/protocols/index.js';
import { webSocketTransport } from '../../src/transports/index.js';

const HANNAH = { id: '11111111-1111-4111-8111-111111111111', name: 'Hannah' };
const TOM = { id: '22222222-2222-4222-8222-222222222222', name: 'Tom' };
const ROOM = 'b9171f52-ac27-4d28-abdd-a293c59c6b1d';
const MESSAGES = 500;
/** Thrice what the server and the client have by default, so that it takes a third of the time. */
const FRAMES_PER_SECOND = 60;
const RATE_PER_SECOND = 45;

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function startServer(options: { readonly framesPerSecond?: number } = {}): Promise<EnvelopeServer> {
  const server = await startEnvelopeServer({ users: [HANNAH, TOM], ...options });
  stops.push(() => server.stop());
  return server;
}

function createClient(server: EnvelopeServer, userId: string, options: Partial<ChatSocketOptions> = {}) {
  const receiverId = userId === HANNAH.id ? TOM.id : HANNAH.id;
  const client = new ChatSocketClient({
    url: server.url,
    token: () => server.issueToken(userId),
    conversationId: ROOM,
    protocol: envelopeProtocol({ tokenIn: { query: 'token' }, sendFields: { receiverId } }),
    transport: webSocketTransport({ webSocket: WebSocket }),
    reconnect: { delayFirstMs: 100, delayMaxMs: 500 },
    ...options,
  });
  stops.push(() => client.dispose());
  return client;
}

describe('a base server on ws', () => {
  test('shows one user what the other one says, types and has read', async () => {
    const server = await startServer();
    const hannah = createClient(server, HANNAH.id);
    const tom = createClient(server, TOM.id);
    hannah.connect();
    tom.connect();
    await Promise.all([hannah.whenOpen(), tom.whenOpen()]);
    const received = new Promise<string>((resolve) => {
      tom.on('message-received', ({ message }) => resolve(message.content));
    });
    const read = new Promise<void>((resolve) => {
      hannah.on('read-changed', () => resolve());
    });
    await hannah.send('Is the roof done?').acked;

    expect(await received).toBe('Is the roof done?');
    tom.markRead();
    await read;
    expect(hannah.snapshot.messages.map(({ content, delivery }) => [content, delivery])).toEqual([
      ['Is the roof done?', 'read'],
    ]);
  });

  test('UP-08 1008 renews the token once, then stops', async () => {
    const server = await startServer();
    let tokens = 0;
    const token = () => {
      tokens += 1;
      return 'not.ours';
    };
    const client = createClient(server, HANNAH.id, { token });
    client.connect();
    await expect(client.whenOpen()).rejects.toMatchObject({ code: 'token/refused' });

    expect(tokens).toBe(2);
  });

  test('DS-7 drains what was queued offline below the limit, over cuts too: none lost, none doubled', {
    timeout: 120_000,
  }, async () => {
    const server = await startServer({ framesPerSecond: FRAMES_PER_SECOND });
    const client = createClient(server, HANNAH.id, {
      outbox: { messagesMax: MESSAGES, ratePerSecond: RATE_PER_SECOND, resend: 'when-safe' },
    });
    const all = Array.from({ length: MESSAGES }, (_, index) => client.send(`message ${index}`));
    client.connect();
    for (let cut = 1; cut <= 3; cut += 1) {
      await all[cut * 120]?.acked;
      server.cutAll();
    }
    await Promise.all(all.map(({ acked }) => acked));

    expect(server.marketplace.log(ROOM).map(({ content }) => content)).toEqual(all.map(({ content }) => content));
    expect(server.rateLimited).toBe(0);
  });
});
