/** partysocket and reconnecting-websocket: they bring a socket back, and the server gets plain frames. */
import PartySocket from 'partysocket/ws';
import ReconnectingWebSocket from 'reconnecting-websocket';
import { WebSocket } from 'ws';
import type { Contestant, Party, Setting, Told } from './contestant.js';
import { type RecordingServer, startRecordingServer } from './recording-server.js';

/** The part of both that is used here. */
interface PlainSocket {
  send(text: string): unknown;
  close(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

type Dial = (url: string, setting: Setting) => PlainSocket;

export const partysocket = plainContestant('partysocket', (url, setting) => new PartySocket(url, [], options(setting)));

export const reconnectingWebSocket = plainContestant(
  'reconnecting-websocket',
  (url, setting) => new ReconnectingWebSocket(url, [], options(setting)),
);

function options({ reconnectMs }: Setting) {
  const delay = { minReconnectionDelay: reconnectMs, maxReconnectionDelay: reconnectMs };
  return { ...delay, WebSocket, maxEnqueuedMessages: Number.POSITIVE_INFINITY };
}

function plainContestant(name: string, dial: Dial): Contestant {
  return {
    name,
    async start(setting) {
      const server = await startRecordingServer((text, from, { record, sockets }) => {
        record(text);
        for (const socket of sockets) if (socket !== from) socket.send(text);
      });
      return plainParty(server, (port) => dial(`ws://127.0.0.1:${port}/`, setting));
    },
  };
}

function plainParty(server: RecordingServer, dial: (port: number) => PlainSocket): Party {
  const dialled: PlainSocket[] = [];
  const connect = async (port: number) => {
    const socket = dial(port);
    dialled.push(socket);
    await new Promise<void>((resolve) => socket.addEventListener('open', resolve));
    return socket;
  };
  return {
    serverPort: server.port,
    async join(port) {
      const socket = await connect(port);
      return {
        // `true` of partysocket means that a connection took it; nothing else is ever said.
        send: async (text): Promise<Told> => (socket.send(text) === true ? 'ok' : 'nothing'),
        account: () => null,
      };
    },
    async observe(onText) {
      const socket = await connect(server.port);
      socket.addEventListener('message', ({ data }) => onText(String(data)));
    },
    log: async () => server.log,
    async close() {
      for (const socket of dialled) socket.close();
      await server.close();
    },
  };
}
