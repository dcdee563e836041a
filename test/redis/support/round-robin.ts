/** A TCP front that gives each new connection to the next server that takes it, as a load balancer does. */

import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOnLoopback } from '../../../examples/play/listen.js';

export class RoundRobin {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(port: number, server: Server, sockets: Set<Socket>) {
    this.port = port;
    this.#server = server;
    this.#sockets = sockets;
  }

  static async start(targetPorts: readonly number[]): Promise<RoundRobin> {
    const sockets = new Set<Socket>();
    let turn = 0;
    const server = createServer((client) => {
      const first = turn++;
      keep(sockets, client);
      const ports = targetPorts.map((_, index) => targetPorts[(first + index) % targetPorts.length] ?? 0);
      join(sockets, client, ports);
    });
    return new RoundRobin(await listenOnLoopback(server, 0), server, sockets);
  }

  /** Resets every connection; who comes again gets the next server. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }
}

/** Tries one server after the other until one takes the connection. */
function join(sockets: Set<Socket>, client: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) {
    client.destroy();
    return;
  }
  const server = connect(port, '127.0.0.1');
  keep(sockets, server);
  const refused = () => join(sockets, client, others);
  server.once('error', refused);
  server.once('connect', () => {
    server.off('error', refused);
    client.pipe(server).pipe(client);
    server.once('close', () => client.destroy());
    client.once('close', () => server.destroy());
  });
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => {});
  socket.once('close', () => sockets.delete(socket));
}
