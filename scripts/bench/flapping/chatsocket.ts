/** chatsocket, built from source, against the reference server. */
import { randomBytes } from 'node:crypto';
import { ChatSocketClient } from 'chatsocket';
import { seededRandom } from 'chatsocket/testing';
import { webSocketTransport } from 'chatsocket/transports';
import { WebSocket } from 'ws';
import { type ChatServer, createChatServer } from '../../../examples/server/shell/chat-server.js';
import type { LogStore } from '../../../examples/server/store/log-store.js';
import { memoryLogStore } from '../../../examples/server/store/memory-log-store.js';
import type { Contestant, Party, Sender, Setting } from './contestant.js';

const CONVERSATION = 'bench';

/** The server's own bounds protect a small server; here they would be what is measured. */
const PER_SECOND = 100_000;

export const chatsocket: Contestant = {
  name: 'chatsocket',
  async start(setting) {
    const store = memoryLogStore();
    return chatsocketParty({ server: await startServer(store, setting.sends), store, setting });
  },
};

function startServer(store: LogStore, sends: number): Promise<ChatServer> {
  return createChatServer({
    secret: randomBytes(32).toString('hex'),
    origins: [],
    allowMissingOrigin: true,
    greetsUsers: false,
    rooms: [{ id: CONVERSATION, assistant: 'never' }],
    limits: {
      messagesPerSecond: PER_SECOND,
      framesPerSecond: PER_SECOND,
      retainedMax: Math.max(2_000, 2 * sends),
      connectionsPerUser: 100,
    },
    tokensPerMinute: PER_SECOND,
    store,
  });
}

interface Running {
  readonly server: ChatServer;
  readonly store: LogStore;
  readonly setting: Setting;
}

function chatsocketParty({ server, store, setting }: Running): Party {
  const serverPort = server.address.port;
  const dialled: ChatSocketClient[] = [];
  const open = async (id: string, port: number) => {
    const client = new ChatSocketClient({
      url: `ws://127.0.0.1:${port}/ws`,
      token: () => server.issueToken({ id, name: id }),
      conversationId: CONVERSATION,
      transport: webSocketTransport({ webSocket: WebSocket }),
      // A random time up to the limit: on the average half of what the others wait.
      reconnect: { delayFirstMs: 2 * setting.reconnectMs, delayMaxMs: 2 * setting.reconnectMs, dialsPerMinuteMax: 60 },
      outbox: {
        messagesMax: setting.sends,
        ackTimeoutMs: setting.ackTimeoutMs,
        ratePerSecond: Number.POSITIVE_INFINITY,
      },
      inbox: { historyMax: 2 * setting.sends },
      random: seededRandom(setting.seed),
    });
    dialled.push(client);
    client.connect();
    await client.whenOpen();
    return client;
  };
  return {
    serverPort,
    join: async (port) => senderOf(await open('sender', port)),
    async observe(onText) {
      const client = await open('observer', serverPort);
      client.on('message-received', ({ message }) => onText(message.content));
    },
    async log() {
      const page = await store.readPage({
        conversationId: CONVERSATION,
        after: 0,
        before: Number.MAX_SAFE_INTEGER,
        limit: Number.MAX_SAFE_INTEGER,
      });
      return page.flatMap((entry) => (entry.kind === 'message' ? [entry.content] : []));
    },
    async close() {
      await Promise.all(dialled.map((client) => client.close()));
      await server.close();
    },
  };
}

function senderOf(client: ChatSocketClient): Sender {
  const errorCodes = new Set<string>();
  client.on('message-failed', ({ error }) => errorCodes.add(error.code));
  return {
    send: (text) =>
      client.send(text).acked.then(
        () => 'ok' as const,
        () => 'error' as const,
      ),
    account: () => ({
      shown: client.snapshot.messages.map(({ content }) => content),
      errorCodes: [...errorCodes],
    }),
  };
}
