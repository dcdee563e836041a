/** A protocol for a server that nobody here wrote: nginx's nchan, by what docs/protocols/write-your-own.md says. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { needNchan } from '../../scripts/find-network-tools.js';
import { ChatSocketClient } from '../../src/index.js';
import { webSocketTransport } from '../../src/transports/index.js';
import { Nginx } from '../network/support/nginx.js';
import { nchanProtocol } from './support/nchan-protocol.js';
import { until } from './support/until.js';

const BUFFER_LENGTH = 60;
const NOBODY = 1;

let nginx: Nginx;
let rooms = 0;
beforeAll(async () => {
  nginx = await Nginx.start({
    upstreamPorts: [NOBODY],
    nchan: { modulePath: needNchan(), bufferLength: BUFFER_LENGTH },
  });
});
afterAll(() => nginx?.stop());

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Somebody in a room, whose sockets can be cut. */
function visit(room: string, userId: string) {
  const sockets: WebSocket[] = [];
  const client = new ChatSocketClient({
    url: `${nginx.socketUrl}/rooms/${room}`,
    conversationId: room,
    protocol: nchanProtocol(userId),
    transport: webSocketTransport({
      create: (url, subprotocols) => {
        const socket = new WebSocket(url, subprotocols);
        sockets.push(socket);
        return socket;
      },
    }),
    reconnect: { delayFirstMs: 50, delayMaxMs: 200, dialsPerMinuteMax: 60 },
    heartbeat: { intervalMs: 1_000 },
  });
  stops.push(() => client.dispose());
  client.connect();
  return { client, cut: () => sockets.at(-1)?.terminate() };
}

function newRoom(): string {
  rooms += 1;
  return `room${rooms}`;
}

const shown = ({ snapshot }: ChatSocketClient) => snapshot.messages.map(({ content }) => content);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message ${index}`);

describe('a chat over nchan', () => {
  test('two people talk, and each message stands once for both', async () => {
    const room = newRoom();
    const [ada, tom] = [visit(room, 'ada').client, visit(room, 'tom').client];
    await ada.send('Hello').acked;
    await until(tom, () => shown(tom).length === 1);
    await tom.send('Hi').acked;
    await until(ada, () => shown(ada).length === 2);

    expect(shown(ada)).toEqual(['Hello', 'Hi']);
    expect(shown(tom)).toEqual(['Hello', 'Hi']);
    expect(ada.snapshot.messages.map(({ sender, delivery }) => [sender.role, delivery])).toEqual([
      ['self', 'sent'],
      ['other', null],
    ]);
  });

  test('DS-1 DS-5 cuts lose nothing and double nothing, as far as the room’s buffer reaches', async () => {
    const room = newRoom();
    const [ada, tom] = [visit(room, 'ada'), visit(room, 'tom')];
    await tom.client.whenOpen();
    const sent = numbered(BUFFER_LENGTH - 10).map((content) => ada.client.send(content));
    for (const place of [5, 15, 25, 35]) {
      await sent[place]?.acked;
      ada.cut();
      tom.cut();
    }
    await Promise.all(sent.map(({ acked }) => acked));
    await until(tom.client, () => shown(tom.client).length >= sent.length);

    expect(shown(tom.client)).toEqual(numbered(sent.length));
    expect(shown(ada.client)).toEqual(numbered(sent.length));
  });

  test('who was away for longer than the buffer gets what is left of it, and nothing tells of the rest', async () => {
    const room = newRoom();
    const ada = visit(room, 'ada').client;
    for (const content of numbered(BUFFER_LENGTH + 20)) await ada.send(content).acked;
    const tom = visit(room, 'tom').client;
    let gaps = 0;
    tom.on('gap-detected', () => {
      gaps += 1;
    });
    await until(tom, () => shown(tom).length >= BUFFER_LENGTH);

    expect(shown(tom)).toEqual(numbered(BUFFER_LENGTH + 20).slice(20));
    expect(gaps).toBe(0);
  });

  test('UP-01 pings are answered by the server’s own words', async () => {
    const { client } = visit(newRoom(), 'ada');
    await until(client, () => client.metrics().roundTripMs.last !== null);

    expect(client.snapshot.connection.status).toBe('open');
  });
});
