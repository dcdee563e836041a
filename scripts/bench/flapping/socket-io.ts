/** socket.io with its own server, three ways: as it comes, with a time limit for acks, and with retries. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import type { Contestant, Party, Setting, Told } from './contestant.js';

/** How the sender sends; resolves with what it was told. */
type Send = (socket: Socket, text: string, setting: Setting) => Promise<Told>;

const RETRIES = 10;

export const socketIo = socketIoContestant('socket.io', async (socket, text) => {
  socket.emit('chat', text);
  return 'nothing';
});

export const socketIoWithAcks = socketIoContestant('socket.io, ack timeout', (socket, text, { ackTimeoutMs }) =>
  told((ack) => socket.timeout(ackTimeoutMs).emit('chat', text, ack)),
);

export const socketIoWithRetries = socketIoContestant(
  'socket.io, retries',
  (socket, text) => told((ack) => socket.emit('chat', text, ack)),
  ({ ackTimeoutMs }) => ({ retries: RETRIES, ackTimeout: ackTimeoutMs }),
);

function told(emit: (ack: (error: Error | null) => void) => void): Promise<Told> {
  return new Promise((resolve) => emit((error) => resolve(error === null ? 'ok' : 'error')));
}

function socketIoContestant(
  name: string,
  send: Send,
  senderOptions: (setting: Setting) => object = () => ({}),
): Contestant {
  return {
    name,
    start: (setting) => startParty(setting, send, senderOptions(setting)),
  };
}

async function startParty(setting: Setting, send: Send, senderOptions: object): Promise<Party> {
  const { server, log, port: serverPort } = await startServer();
  const dialled: Socket[] = [];
  const connect = async (port: number, extra: object) => {
    const socket = io(`http://127.0.0.1:${port}`, { ...clientOptions(setting), ...extra });
    dialled.push(socket);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  };
  return {
    serverPort,
    async join(port) {
      const socket = await connect(port, senderOptions);
      return { send: (text) => send(socket, text, setting), account: () => null };
    },
    async observe(onText) {
      const socket = await connect(serverPort, {});
      socket.on('chat', onText);
    },
    log: async () => log,
    async close() {
      for (const socket of dialled) socket.disconnect();
      await server.close();
    },
  };
}

async function startServer() {
  const log: string[] = [];
  const http = createServer();
  const server = new Server(http, { transports: ['websocket'] });
  server.on('connection', (socket) => {
    socket.on('chat', (text: string, ack?: () => void) => {
      log.push(text);
      socket.broadcast.emit('chat', text);
      ack?.();
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no TCP address.');
  return { server, log, port: address.port };
}

function clientOptions({ reconnectMs }: Setting) {
  return {
    // Its first steps over plain HTTP would never get through between two cuts.
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: reconnectMs,
    reconnectionDelayMax: reconnectMs,
  };
}
