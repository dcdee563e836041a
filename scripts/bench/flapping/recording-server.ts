/** What the servers of the peers have in common: a log of what arrived, and sockets on the loopback. */
import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';

export interface RecordingServer {
  readonly port: number;
  readonly log: readonly string[];
  close(): Promise<void>;
}

export interface Room {
  /** Puts a text into the log. */
  record(text: string): void;
  /** Every socket that is open. */
  readonly sockets: ReadonlySet<WebSocket>;
}

/** `onFrame` is called with every text frame of a client. */
export async function startRecordingServer(
  onFrame: (frame: string, socket: WebSocket, room: Room) => void,
): Promise<RecordingServer> {
  const log: string[] = [];
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const room: Room = { record: (text) => log.push(text), sockets: server.clients };
  server.on('connection', (socket) => {
    // A reset is what the bench is about; its close follows.
    socket.on('error', () => undefined);
    socket.on('message', (frame) => onFrame(String(frame), socket, room));
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no TCP address.');
  return {
    port: address.port,
    log,
    async close() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
