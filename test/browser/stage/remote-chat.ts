/** The reference server in Node, and a link to it that breaks when a page says so. */
import { WebSocket } from 'ws';
import { type FaultProxy, startFaultProxy } from '../../../examples/play/fault-proxy.js';
import { type ChatServer, createChatServer } from '../../../examples/server/shell/chat-server.js';
import { type LogFacts, silentLogger } from '../../../examples/server/shell/logger.js';
import { ChatSocketClient } from '../../../src/index.js';
import { webSocketTransport } from '../../../src/transports/web-socket.js';
import type { ChatAddresses, ChatCalls } from './stage-calls.js';

interface Running {
  readonly server: ChatServer;
  readonly link: FaultProxy;
  readonly addresses: ChatAddresses;
}

export class RemoteChat implements ChatCalls {
  readonly #refusals: string[] = [];
  #running: Running | null = null;

  async startChat(origins: readonly string[]): Promise<ChatAddresses> {
    const server = await createChatServer({
      secret: 'a secret for one test run',
      origins,
      // For `say`; browsers always send an origin.
      allowMissingOrigin: true,
      isSecure: false,
      tokensPerMinute: 10_000,
      chunkIntervalMs: 5,
      logger: { ...silentLogger, warning: (event, facts) => this.#note(event, facts) },
    });
    const link = await startFaultProxy({ targetPort: server.address.port });
    const addresses = { url: socketUrl(server.address.port), linkUrl: socketUrl(link.port) };
    this.#running = { server, link, addresses };
    return addresses;
  }

  issueToken(name: string): string {
    return this.#chat.server.issueToken({ id: name.toLowerCase(), name });
  }

  async say(name: string, content: string): Promise<void> {
    const client = new ChatSocketClient({
      url: this.#chat.addresses.url,
      token: () => this.issueToken(name),
      conversationId: 'lobby',
      transport: webSocketTransport({ webSocket: WebSocket }),
    });
    client.connect();
    try {
      await client.send(content).acked;
    } finally {
      client.dispose();
    }
  }

  connectionCount(): number {
    return this.#chat.server.connectionCount;
  }

  refusals(): readonly string[] {
    return this.#refusals;
  }

  cutLink(): void {
    this.#chat.link.cut();
  }

  async dispose(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.link.close();
    await running?.server.close();
  }

  #note(event: string, { status, origin }: LogFacts): void {
    if (event === 'upgrade-refused') this.#refusals.push(`${status} ${origin}`);
  }

  get #chat(): Running {
    if (this.#running === null) throw new Error('startChat() comes first.');
    return this.#running;
  }
}

function socketUrl(port: number): string {
  return `ws://127.0.0.1:${port}/ws`;
}
