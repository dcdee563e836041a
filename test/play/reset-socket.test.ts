import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resetSocket } from '../../examples/play/reset-socket.js';
import { type Peer, startTarget, type Target, until, within } from './sockets.js';

let target: Target;
let socket: Socket;
let peer: Peer;

beforeEach(async () => {
  target = await startTarget();
  socket = connect({ host: '127.0.0.1', port: target.port, allowHalfOpen: true });
  await within('the dial is answered', once(socket, 'connect'));
  peer = await target.peer(0);
});

afterEach(() => target.close());

test('a socket at rest is reset, and twice is harmless', async () => {
  const closed = once(socket, 'close');

  resetSocket(socket);
  resetSocket(socket);

  await within('the socket is closed', closed);
  await until('the peer is reset', () => peer.ending() === 'ECONNRESET');
});

test('a socket in the middle of its orderly end is closed all the same', async () => {
  const closed = once(socket, 'close');

  socket.end('last words');
  await new Promise<void>((resolve) => process.nextTick(resolve));
  resetSocket(socket);

  await within('the socket is closed', closed);
  await until('the peer is told', () => peer.ending() !== null);
  expect(socket.destroyed).toBe(true);
});
