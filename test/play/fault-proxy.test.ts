import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../examples/play/fault-proxy.js';
import { LANE_BUFFER_BYTES } from '../../examples/play/lane.js';
import type { Link } from '../../examples/play/link.js';
import { listenTo, type Peer, startTarget, type Target, until, within } from './sockets.js';

let target: Target;
let proxy: FaultProxy;
const dialled: Peer[] = [];

beforeEach(async () => {
  target = await startTarget();
  proxy = await startFaultProxy({ targetPort: target.port });
});

afterEach(async () => {
  for (const peer of dialled.splice(0)) peer.socket.destroy();
  await within('the proxy closes', proxy.close());
  await target.close();
});

async function dialProxy(): Promise<Peer> {
  const peer = knock();
  await within('the dial is answered', once(peer.socket, 'connect'));
  return peer;
}

/** A dial that may be reset before it is told that it was answered. */
function knock(): Peer {
  const peer = listenTo(connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true }));
  dialled.push(peer);
  return peer;
}

interface Connection {
  readonly client: Peer;
  readonly server: Peer;
  readonly link: Link;
}

async function open(index = 0): Promise<Connection> {
  const client = await dialProxy();
  const server = await target.peer(index);
  const link = proxy.links()[index];
  if (link === undefined) throw new Error(`No link ${index}.`);
  return { client, server, link };
}

/** A full round on its own link: by its end, bytes that were free to travel on another link have arrived. */
async function roundTrip(index: number): Promise<void> {
  const { client, server } = await open(index);
  client.socket.write('there');
  await until('there', () => server.text() === 'there');
  server.socket.write('back');
  await until('back', () => client.text() === 'back');
}

describe('a link without faults', () => {
  test('carries bytes both ways and passes each end on by itself', async () => {
    const { client, server, link } = await open();

    client.socket.end('question');
    await until('the server hears the end', () => server.ending() === 'end');
    server.socket.end('answer');

    await until('the client hears the end', () => client.ending() === 'end');
    expect([server.text(), client.text()]).toEqual(['question', 'answer']);
    await within('the link is over', link.over);
    expect(proxy.links()).toEqual([]);
  });

  test('passes a reset of one side on as a reset', async () => {
    const { client, server } = await open();

    server.socket.resetAndDestroy();

    await until('the client is reset', () => client.ending() === 'ECONNRESET');
  });

  test('stops reading when nobody takes the bytes, and loses none of them', async () => {
    const { client, server, link } = await open();
    const sizeBytes = 32 * 1024 * 1024;
    server.socket.pause();

    client.socket.write(Buffer.alloc(sizeBytes, 'x'));
    await until('the link pushes back', () => client.socket.writableLength > 0);
    const { bytesIn, bytesOut } = link.facts().toServer;
    let receivedBytes = 0;
    server.socket.on('data', (bytes) => {
      receivedBytes += bytes.length;
    });
    server.socket.resume();

    expect(bytesIn - bytesOut).toBeLessThan(2 * LANE_BUFFER_BYTES);
    await until('all bytes arrive', () => receivedBytes === sizeBytes, 20_000);
  }, 30_000);
});

describe('a cut', () => {
  test('resets both sides of one link and leaves the others', async () => {
    const first = await open(0);
    const second = await open(1);

    first.link.cut();

    await until('the client is reset', () => first.client.ending() === 'ECONNRESET');
    await until('the server is reset', () => first.server.ending() === 'ECONNRESET');
    await within('the link is over', first.link.over);
    second.client.socket.write('alive');
    await until('the other link carries on', () => second.server.text() === 'alive');
    expect(proxy.links()).toEqual([second.link]);
  });

  test('hits every link when it is meant for all', async () => {
    const connections = [await open(0), await open(1), await open(2)];

    const hits = proxy.cut();

    expect(hits).toBe(3);
    for (const { client } of connections) {
      await until('each client is reset', () => client.ending() === 'ECONNRESET');
    }
  });
});

describe('silence', () => {
  test('holds bytes both ways, tells nobody, and delivers them after healing', async () => {
    const { client, server, link } = await open();

    link.silence();
    client.socket.write('question');
    server.socket.write('answer');
    await until('the link has both', () => link.facts().toServer.bytesIn === 8 && link.facts().toClient.bytesIn === 6);
    await roundTrip(1);
    const whileSilent = [server.text(), client.text(), server.ending(), client.ending()];
    link.heal();

    expect(whileSilent).toEqual(['', '', null, null]);
    await until('the server hears it', () => server.text() === 'question');
    await until('the client hears it', () => client.text() === 'answer');
  });

  test('of one direction lets the other one through', async () => {
    const { client, server, link } = await open();

    link.silence({ direction: 'to-client' });
    client.socket.write('question');
    await until('the server hears the question', () => server.text() === 'question');
    server.socket.write('answer');
    await until('the link has the answer', () => link.facts().toClient.bytesIn === 6);
    await roundTrip(1);

    expect(client.text()).toBe('');
    expect(link.facts().toClient.bytesOut).toBe(0);
  });

  test('keeps the end of one side from the other until healing', async () => {
    const { client, server, link } = await open();

    link.silence();
    client.socket.write('last words');
    await until('the link has them', () => link.facts().toServer.bytesIn === 10);
    client.socket.resetAndDestroy();
    await roundTrip(1);
    const whileSilent = [server.text(), server.ending()];
    link.heal();

    expect(whileSilent).toEqual(['', null]);
    // A reset read together with the bytes before it is told as an end by the system.
    await until('the server is told', () => server.ending() !== null);
    expect(server.text()).toBe('last words');
  });

  test('that swallowed bytes cannot be healed: the link is cut', async () => {
    const { client, server, link } = await open();

    link.silence({ bytes: 'swallow' });
    client.socket.write('gone');
    await until('the bytes are gone', () => link.facts().toServer.bytesSwallowed === 4);
    link.heal();

    await until('the client is reset', () => client.ending() === 'ECONNRESET');
    await until('the server is reset', () => server.ending() === 'ECONNRESET');
    expect(server.text()).toBe('');
  });

  test('that swallows keeps reading, however much comes', async () => {
    const { client, link } = await open();
    const sizeBytes = 8 * LANE_BUFFER_BYTES;

    link.silence({ bytes: 'swallow' });
    client.socket.write(Buffer.alloc(sizeBytes, 'x'));

    await until('everything is gone', () => link.facts().toServer.bytesSwallowed === sizeBytes);
    expect(client.socket.writableLength).toBe(0);
  });
});

describe('slowness', () => {
  test('a stall delivers everything in order, and not before its time', async () => {
    const { client, server, link } = await open();
    const startMs = Date.now();

    link.stall(80);
    for (const part of ['one ', 'two ', 'three']) client.socket.write(part);
    await until('all of it arrives', () => server.text() === 'one two three');

    expect(Date.now() - startMs).toBeGreaterThanOrEqual(79);
  });

  test('a delay adds its latency to each direction', async () => {
    const { client, server, link } = await open();
    const startMs = Date.now();

    link.delay(60);
    client.socket.write('question');
    await until('the question arrives', () => server.text() === 'question');
    server.socket.write('answer');
    await until('the answer arrives', () => client.text() === 'answer');

    expect(Date.now() - startMs).toBeGreaterThanOrEqual(118);
  });

  test('a shorter delay lets nothing overtake what is already on its way', async () => {
    const { client, server, link } = await open();

    link.delay(80);
    client.socket.write('first ');
    await until('the link has the first', () => link.facts().toServer.bytesIn === 6);
    link.delay(0);
    client.socket.write('second');
    await until('both arrive', () => server.text().length === 12);

    expect(server.text()).toBe('first second');
  });

  test('a delay for all holds for links to come, until healing', async () => {
    proxy.delay(60);
    const slow = await open(0);
    const startMs = Date.now();

    slow.client.socket.write('slow');
    await until('it arrives', () => slow.server.text() === 'slow');
    const slowMs = Date.now() - startMs;
    proxy.heal();

    expect(slowMs).toBeGreaterThanOrEqual(59);
    await roundTrip(1);
    expect(proxy.links().at(-1)?.facts().toServer.bytesOut).toBe(5);
  });

  test.each([
    ['whole', false],
    ['byte by byte', true],
  ])('a mark lets exactly so many bytes through, %s, before what hangs on it happens', async (_name, isTorn) => {
    const { client, server, link } = await open();
    if (isTorn) link.byteByByte();
    link.markAt('to-server', 7, () => link.cut());

    client.socket.write('0123456789');

    await until('the link is cut', () => proxy.links().length === 0);
    await until('the server is told', () => server.ending() !== null);
    expect(server.text()).toBe('0123456');
  });

  test('what comes after a mark goes on in order', async () => {
    const { client, server, link } = await open();
    let bytesAtMark = 0;
    link.markAt('to-server', 3, () => {
      bytesAtMark = link.facts().toServer.bytesOut;
    });

    client.socket.write('012345');

    await until('all of it', () => server.text() === '012345');
    expect(bytesAtMark).toBe(3);
  });

  test('byte by byte changes no byte and no order', async () => {
    const { client, server, link } = await open();

    link.byteByByte();
    client.socket.write('torn to pieces');
    await until('all of it arrives', () => server.text() === 'torn to pieces');

    expect(server.chunks().length).toBeGreaterThan(5);
  });
});

describe('new connections', () => {
  test('are reset while the proxy refuses them, and welcome again after', async () => {
    const before = await open(0);

    proxy.refuseNew(true);
    const refused = knock();
    await until('the dial is reset', () => refused.ending() === 'ECONNRESET');
    proxy.refuseNew(false);

    await roundTrip(1);
    expect(before.client.ending()).toBeNull();
  });

  test('are reset while the target is down, and the proxy lives on', async () => {
    const { port } = target;
    await target.close();
    const unlucky = knock();
    await until('the dial is reset', () => unlucky.ending() === 'ECONNRESET');

    target = await startTarget(port);
    const client = await dialProxy();
    const server = await target.peer(0);
    client.socket.write('hello again');

    await until('the target hears it', () => server.text() === 'hello again');
  });

  test('are told to whoever listens for links, until the listener leaves', async () => {
    const seen: number[] = [];
    const leave = proxy.onLink((link) => seen.push(link.id));

    await open(0);
    leave();
    await open(1);

    expect(seen).toEqual([1]);
  });
});

test('closing the proxy cuts what is open and frees its port', async () => {
  const { client } = await open();

  await within('the proxy closes', proxy.close());

  await until('the client is reset', () => client.ending() === 'ECONNRESET');
  const late = knock();
  await until('a dial is refused', () => late.ending() === 'ECONNREFUSED');
  proxy = await startFaultProxy({ targetPort: target.port });
});
