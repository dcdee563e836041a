/** A small application that uses every subpath. It is compiled against the packed declarations by several compilers. */
import {
  type ChatMessage,
  ChatSocketClient,
  type ChatSocketOptions,
  isChatSocketError,
  type Logger,
  type Outgoing,
  type Receipt,
  StopConnecting,
} from 'chatsocket';
import { defineProtocol, envelopeProtocol, type Protocol } from 'chatsocket/protocols';
import { useChatSelector, useChatSocket } from 'chatsocket/react';
import { type EnvelopeServerFrame, envelopeServerFrameSchema } from 'chatsocket/schemas';
import { type ManualClock, manualClock, mockTransport } from 'chatsocket/testing';
import { webSocketTransport } from 'chatsocket/transports';

const logger: Logger = (level, message, fields) => [level, message, fields['attempt']];

const options: ChatSocketOptions = {
  url: 'wss://chat.example.com/ws',
  token: async ({ signal, reason }) => {
    if (signal.aborted) throw new StopConnecting();
    return { token: reason, expiresInMs: 60_000 };
  },
  conversationId: '42',
  protocol: envelopeProtocol({ tokenIn: { query: 'token' } }),
  transport: webSocketTransport(),
  reconnect: { attemptsMax: 5 },
  logger,
};

export const client = new ChatSocketClient(options);

export const stop: () => void = client.on('message-received', ({ conversationId, message }) => {
  const shown: ChatMessage = message;
  return [conversationId, shown.content, shown.sender.role];
});

export function say(text: string): Promise<Receipt> {
  const outgoing: Outgoing = client.send(text);
  return outgoing.acked;
}

export function describe(error: unknown): string {
  if (isChatSocketError(error, 'delivery/outbox-full')) return error.message;
  const { connection } = client.snapshot;
  switch (connection.status) {
    case 'connecting':
      return `attempt ${connection.attempt} of ${connection.attemptsMax ?? 'any number'}`;
    case 'open':
      return `open since ${connection.sinceMs}`;
    case 'closing':
      return 'closing';
    case 'closed':
      return connection.reason;
  }
}

export const shouting: Protocol = defineProtocol({ ...envelopeProtocol(), name: 'shouting' });

export const clock: ManualClock = manualClock();
export const underTest = new ChatSocketClient({ url: 'ws://127.0.0.1', transport: mockTransport(), clock });

export function readFrame(text: string): EnvelopeServerFrame {
  return envelopeServerFrameSchema.parse(JSON.parse(text));
}

export function useChat(): number {
  const { messages, send, connection } = useChatSocket({ url: 'wss://chat.example.com/ws', conversationId: '42' });
  if (connection.status === 'open') send('Hello');
  return messages.length;
}

interface Mood {
  readonly mood: 'glad' | 'sad';
}

export const moody = new ChatSocketClient<Mood>({ url: 'wss://chat.example.com/ws', conversationId: '42' });

export function moods(): readonly (string | undefined)[] {
  moody.send('Hello', { metadata: { mood: 'glad' } });
  moody.on('message-received', ({ message }) => message.metadata?.mood === 'sad');
  const anyClient: ChatSocketClient = moody;
  return [anyClient.snapshot.connection.status, ...moody.snapshot.messages.map(({ metadata }) => metadata?.mood)];
}

export function useMoods(isSignedIn: boolean): string | undefined {
  const { messages } = useChatSocket<Mood>({ url: 'wss://chat.example.com/ws', enabled: isSignedIn });
  const first = useChatSelector((snapshot) => snapshot.messages[0]?.metadata?.mood, Object.is, { client: moody });
  return messages.at(-1)?.metadata?.mood ?? first;
}
