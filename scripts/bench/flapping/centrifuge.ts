/** centrifuge against a server in memory that speaks the part of its JSON protocol which publishing needs. */
import { Centrifuge } from 'centrifuge';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Contestant, Party, Setting } from './contestant.js';
import { type RecordingServer, startRecordingServer } from './recording-server.js';

const CHANNEL = 'bench';

const PING_SECONDS = 25;

/** One command of the client; an empty one is the answer to a ping. */
const command = z.object({
  id: z.number().optional(),
  connect: z.unknown().optional(),
  subscribe: z.object({ channel: z.string() }).optional(),
  publish: z.object({ channel: z.string(), data: z.string() }).optional(),
});

export const centrifuge: Contestant = {
  name: 'centrifuge',
  start: async (setting) => centrifugeParty(await startCentrifugeServer(), setting),
};

/** Several commands may come in one frame, a line each. Every publication goes to everybody. */
function startCentrifugeServer(): Promise<RecordingServer> {
  const isSubscribed = new WeakSet<object>();
  return startRecordingServer((frame, from, { record, sockets }) => {
    for (const line of frame.split('\n').filter((text) => text !== '')) {
      const { id, connect, subscribe, publish } = command.parse(JSON.parse(line));
      const reply = (answer: object) => from.send(JSON.stringify({ id, ...answer }));
      if (connect !== undefined) {
        reply({ connect: { client: `client-${id}`, version: 'bench', ping: PING_SECONDS, pong: true } });
      } else if (subscribe !== undefined) {
        isSubscribed.add(from);
        reply({ subscribe: {} });
      } else if (publish !== undefined) {
        record(publish.data);
        const push = JSON.stringify({ push: { channel: publish.channel, pub: { data: publish.data } } });
        for (const socket of sockets) if (isSubscribed.has(socket)) socket.send(push);
        reply({ publish: {} });
      }
    }
  });
}

function centrifugeParty(server: RecordingServer, setting: Setting): Party {
  const dialled: Centrifuge[] = [];
  const subscribe = async (port: number, onText: (text: string) => void) => {
    const client = new Centrifuge(`ws://127.0.0.1:${port}/`, {
      websocket: WebSocket,
      minReconnectDelay: setting.reconnectMs,
      maxReconnectDelay: setting.reconnectMs,
      timeout: setting.ackTimeoutMs,
    });
    dialled.push(client);
    const subscription = client.newSubscription(CHANNEL, {
      minResubscribeDelay: setting.reconnectMs,
      maxResubscribeDelay: setting.reconnectMs,
    });
    subscription.on('publication', ({ data }) => onText(String(data)));
    subscription.subscribe();
    client.connect();
    await subscription.ready();
    return subscription;
  };
  return {
    serverPort: server.port,
    async join(port) {
      const subscription = await subscribe(port, () => undefined);
      return {
        send: (text) =>
          subscription.publish(text).then(
            () => 'ok' as const,
            () => 'error' as const,
          ),
        account: () => null,
      };
    },
    async observe(onText) {
      await subscribe(server.port, onText);
    },
    log: async () => server.log,
    async close() {
      for (const client of dialled) client.disconnect();
      await server.close();
    },
  };
}
