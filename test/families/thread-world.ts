/** A client of the thread family and a model of its server, in virtual time. */
import { ChatSocketClient, type ChatSocketEvents, type ChatSocketOptions } from '../../src/index.js';
import { threadProtocol } from '../../src/protocols/index.js';
import { countingIds, manualClock, mockPageSignals, mockTransport, seededRandom } from '../../src/testing/index.js';
import { ThreadServer } from './thread-server.js';

/** Connected, and everything of that has happened. */
export async function createThreadWorld(options: Partial<ChatSocketOptions> = {}) {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const server = new ThreadServer(transport);
  const pageSignals = mockPageSignals();
  const client = new ChatSocketClient({
    url: 'ws://localhost/ws/chat/thread-1/?cid=1',
    token: () => `token-${transport.connections.length + 1}`,
    conversationId: 'thread-1',
    protocol: threadProtocol(),
    transport,
    clock,
    http: server.http,
    ids: countingIds(1),
    random: seededRandom(1),
    pageSignals,
    ...options,
  });
  client.connect();
  await clock.advance(100);
  return { client, clock, transport, server, pageSignals };
}

export const shown = (client: ChatSocketClient) => client.snapshot.messages.map(({ content }) => content);

export function listen<Name extends keyof ChatSocketEvents>(
  client: ChatSocketClient,
  name: Name,
): ChatSocketEvents[Name][] {
  const heard: ChatSocketEvents[Name][] = [];
  client.on(name, (event) => heard.push(event));
  return heard;
}
