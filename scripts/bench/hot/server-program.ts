/** The server of the hot path: a program of its own, so that its work is not counted. Pushes frames when told to. */
import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';
import { answersTo, helloText, messageText } from '../load/wire.js';
import { ACKS_ALONE, ONE_BY_ONE, type PushOrder, type ServerReady } from './server-orders.js';

/** More than this waits until the client has read. */
const BUFFERED_MAX_BYTES = 1_000_000;

const sockets = new Map<string, { readonly socket: WebSocket; seq: number }>();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');

server.on('connection', (socket, request) => {
  const entry = { socket, seq: 0 };
  const dialect = request.url?.startsWith(ACKS_ALONE) ? 'acks-alone' : 'chatsocket.v1';
  const nextSeq = () => {
    entry.seq += 1;
    return entry.seq;
  };
  sockets.set(request.url ?? '', entry);
  socket.on('message', (frame) => {
    for (const answer of answersTo(String(frame), dialect, nextSeq)) socket.send(answer);
  });
  socket.send(helloText('chatsocket.v1', request.url?.endsWith(ONE_BY_ONE) !== true));
});

process.on('message', ({ path, count, atOnce }: PushOrder) => {
  const entry = sockets.get(path);
  if (entry === undefined) throw new Error(`Nobody is connected at ${path}.`);
  const end = entry.seq + count;
  const push = () => {
    for (let pushed = 0; pushed < atOnce && entry.seq < end; pushed += 1) {
      entry.seq += 1;
      entry.socket.send(messageText(entry.seq));
    }
    if (entry.seq < end) setTimeoutOrNow(push, entry.socket.bufferedAmount > BUFFERED_MAX_BYTES);
  };
  push();
});
process.once('disconnect', () => process.exit(0));

const address = server.address();
if (typeof address !== 'object' || address === null) throw new Error('The server has no TCP address.');
const ready: ServerReady = { port: address.port };
process.send?.(ready);

function setTimeoutOrNow(push: () => void, mustWait: boolean): void {
  if (mustWait) setTimeout(push, 1);
  else setImmediate(push);
}
