/** phoenix (`channel.push`) against a server in memory that speaks the part of its protocol which pushing needs. */
import { type Channel, Socket } from 'phoenix';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Contestant, Party, Setting, Told } from './contestant.js';
import { type RecordingServer, startRecordingServer } from './recording-server.js';

const TOPIC = 'room:bench';

/** A frame of the JSON serializer, version 2: join reference, reference, topic, event, payload. */
const frameShape = z.tuple([z.string().nullable(), z.string().nullable(), z.string(), z.string(), z.unknown()]);

const chatShape = z.object({ text: z.string() });

export const phoenix: Contestant = {
  name: 'phoenix channel.push',
  start: async (setting) => phoenixParty(await startPhoenixServer(), setting),
};

/** Everything is answered `ok`: joins, heartbeats and pushes. Every push goes to the others. */
function startPhoenixServer(): Promise<RecordingServer> {
  return startRecordingServer((text, from, { record, sockets }) => {
    const [joinReference, reference, topic, event, payload] = frameShape.parse(JSON.parse(text));
    if (event === 'chat') {
      record(chatShape.parse(payload).text);
      for (const socket of sockets) {
        if (socket !== from) socket.send(JSON.stringify([null, null, topic, 'chat', payload]));
      }
    }
    from.send(JSON.stringify([joinReference, reference, topic, 'phx_reply', { status: 'ok', response: {} }]));
  });
}

function phoenixParty(server: RecordingServer, setting: Setting): Party {
  const dialled: Socket[] = [];
  const join = async (port: number) => {
    const socket = new Socket(`ws://127.0.0.1:${port}/socket`, {
      transport: WebSocket,
      reconnectAfterMs: () => setting.reconnectMs,
      rejoinAfterMs: () => setting.reconnectMs,
    });
    dialled.push(socket);
    socket.connect();
    const channel = socket.channel(TOPIC);
    await new Promise<void>((resolve) => channel.join().receive('ok', () => resolve()));
    return channel;
  };
  return {
    serverPort: server.port,
    async join(port) {
      const channel = await join(port);
      return {
        send: (text) => push(channel, text, setting.ackTimeoutMs),
        account: () => null,
      };
    },
    async observe(onText) {
      const channel = await join(server.port);
      channel.on('chat', (payload: unknown) => onText(chatShape.parse(payload).text));
    },
    log: async () => server.log,
    async close() {
      for (const socket of dialled) socket.disconnect();
      await server.close();
    },
  };
}

function push(channel: Channel, text: string, ackTimeoutMs: number): Promise<Told> {
  return new Promise((resolve) => {
    channel
      .push('chat', { text }, ackTimeoutMs)
      .receive('ok', () => resolve('ok'))
      .receive('error', () => resolve('error'))
      .receive('timeout', () => resolve('error'));
  });
}
