/** A client of the streaming family and a model of its server, in virtual time. */
import { ChatSocketClient, type ChatSocketOptions } from '../../src/index.js';
import { streamingProtocol } from '../../src/protocols/index.js';
import { countingIds, manualClock, mockPageSignals, mockTransport, seededRandom } from '../../src/testing/index.js';
import { AssistantServer } from './assistant-server.js';

export interface AssistantTerms {
  /** False: the protocol is told of no history. */
  readonly hasHistory?: boolean;
  readonly client?: Partial<ChatSocketOptions>;
}

/** Connected, and everything of that has happened. */
export async function createAssistantWorld({ hasHistory = true, client: options = {} }: AssistantTerms = {}) {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const server = new AssistantServer(transport, () => clock.nowMs());
  const historyEndpoint = (id: string) => `/api/v1/messages/${id}/`;
  const client = new ChatSocketClient({
    url: 'ws://localhost/ws/chat/conversation-1/',
    token: () => `token-${transport.connections.length + 1}`,
    conversationId: 'conversation-1',
    protocol: streamingProtocol(hasHistory ? { historyEndpoint } : {}),
    transport,
    clock,
    http: server.http,
    ids: countingIds(1),
    random: seededRandom(1),
    pageSignals: mockPageSignals(),
    ...options,
  });
  client.connect();
  await clock.advance(100);
  return { client, clock, transport, server };
}

export const shown = (client: ChatSocketClient) =>
  client.snapshot.messages.map(({ sender, content, stream, delivery }) =>
    sender.role === 'self' ? `me: ${content} (${delivery})` : `ai: ${content} (${stream})`,
  );
