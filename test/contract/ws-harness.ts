/** A real `ws` server on this machine whose every handshake the test decides. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Transport } from '../../src/ports/transport.js';
import { Inbox, type Peer, type PeerServer, type TransportHarness } from './transport-harness.js';

/** Chromium holds a dial back for up to 5 s when many before it came to nothing. */
const DIAL_DEADLINE_MS = 8_000;

type OnHeaders = (headers: IncomingHttpHeaders) => void;

export async function startWsHarness(transport: Transport, onHeaders?: OnHeaders): Promise<TransportHarness> {
  return { ...(await startPeerServer(onHeaders)), transport };
}

export async function startPeerServer(onHeaders: OnHeaders = () => {}): Promise<PeerServer> {
  const server = createServer();
  const peers = new Inbox<Peer>('dials that reached the server', DIAL_DEADLINE_MS);
  const connections = new Set<Duplex>();
  server.on('upgrade', (request, connection, head) => {
    onHeaders(request.headers);
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => connection.destroy());
    peers.push(new WsPeer(request, connection, head));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an AddressInfo, never a pipe's name.
  const { port } = server.address() as AddressInfo;

  return {
    url: `ws://127.0.0.1:${port}/`,
    nextPeer: () => peers.next(),
    dispose: async () => {
      for (const connection of connections) connection.destroy();
      // Node 22 may open a second connection that it never upgrades and keeps for 4 s.
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class WsPeer implements Peer {
  readonly subprotocols: readonly string[];
  readonly #request: IncomingMessage;
  readonly #connection: Duplex;
  readonly #head: Buffer;
  readonly #texts = new Inbox<string>('text frames from the client');
  readonly #ends = new Inbox<{ code: number; reason: string }>('ends of the connection');
  #socket: WebSocket | null = null;

  constructor(request: IncomingMessage, connection: Duplex, head: Buffer) {
    this.#request = request;
    this.#connection = connection;
    this.#head = head;
    this.subprotocols = (request.headers['sec-websocket-protocol'] ?? '')
      .split(',')
      .flatMap((word) => word.trim() || []);
    // Unread, it would never notice that the client has gone; the client speaks only after the handshake.
    connection.resume();
    connection.on('end', () => connection.end());
    connection.on('close', () => {
      if (this.#socket === null) this.#ends.push({ code: 1006, reason: '' });
    });
  }

  accept(subprotocol: string | null | undefined = this.subprotocols[0]): void {
    const server = new WebSocketServer({ noServer: true, handleProtocols: () => subprotocol ?? false });
    server.handleUpgrade(this.#request, this.#connection, this.#head, (socket) => {
      this.#socket = socket;
      socket.on('error', () => socket.terminate());
      socket.on('message', (bytes, isBinary) => {
        if (!isBinary) this.#texts.push(bytes.toString());
      });
      socket.on('close', (code, reason) => this.#ends.push({ code, reason: reason.toString() }));
    });
  }

  reject(): void {
    this.#connection.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  sendBinary(bytes: Uint8Array): void {
    this.#socket?.send(bytes);
  }

  close(code: number, reason: string): void {
    this.#socket?.close(code, reason);
  }

  drop(): void {
    this.#connection.destroy();
  }

  nextText(): Promise<string> {
    return this.#texts.next();
  }

  ended(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.#ends.next();
  }
}
