/** At a program in Node, which has no cookies and no WebSocket but those that it is given. */
import { WebSocket } from 'ws';
import type { ChatSocketClient, ChatSocketOptions } from '../../../src/index.js';
import type { Account, Family, Seat, ShownMessage } from './seat.js';
import { ORIGIN } from './stage.js';
import { Visitor } from './visitor.js';

/** The subpaths of the built package that are needed here. */
export interface BuiltPackage {
  readonly main: typeof import('../../../src/index.js');
  readonly protocols: typeof import('../../../src/protocols/index.js');
  readonly transports: typeof import('../../../src/transports/index.js');
}

export async function loadPackage(paths: Readonly<Record<string, string>>): Promise<BuiltPackage> {
  const load = (name: string) => import(/* @vite-ignore */ paths[name] ?? name);
  return {
    main: await load('chatsocket'),
    protocols: await load('chatsocket/protocols'),
    transports: await load('chatsocket/transports'),
  };
}

interface Chat {
  readonly client: ChatSocketClient;
  readonly errors: string[];
  opens: number;
}

export class NodeSeat implements Seat {
  readonly #built: BuiltPackage;
  readonly #url: string;
  readonly #visitor: Visitor;
  readonly #chats = new Map<Family, Chat>();

  private constructor(built: BuiltPackage, url: string) {
    this.#built = built;
    this.#url = url;
    this.#visitor = new Visitor(url);
  }

  static async take(built: BuiltPackage, url: string, { name, password }: Account): Promise<NodeSeat> {
    const seat = new NodeSeat(built, url);
    await seat.#visitor.post('/api/v1/auth/login/', { email: name, password });
    await seat.#visitor.post('/api/token/', { username: name, password });
    seat.#openStreaming();
    return seat;
  }

  async say(family: Family, text: string): Promise<void> {
    const chat = this.#chats.get(family);
    // A thread begins with the first message that is posted.
    if (chat === undefined) await this.#beginThread(text);
    else chat.client.send(text);
  }

  async shown(family: Family): Promise<readonly ShownMessage[]> {
    const messages = this.#chats.get(family)?.client.snapshot.messages ?? [];
    return messages.map(({ sender, content }) => ({ role: sender.role, content }));
  }

  async status(family: Family): Promise<string> {
    return this.#chats.get(family)?.client.snapshot.connection.status ?? '';
  }

  async errors(family: Family): Promise<readonly string[]> {
    return this.#chats.get(family)?.errors ?? [];
  }

  async opens(family: Family): Promise<number> {
    return this.#chats.get(family)?.opens ?? 0;
  }

  async reconnect(family: Family): Promise<void> {
    this.#chats.get(family)?.client.reconnect();
  }

  async leave(): Promise<void> {
    for (const { client } of this.#chats.values()) client.dispose();
  }

  #openStreaming(): void {
    const { main, protocols } = this.#built;
    this.#open('streaming', {
      conversationId: 'page',
      token: main.connectionTokenProvider(this.#visitor.connectionTokens),
      protocol: protocols.streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` }),
      http: this.#visitor.http,
    });
  }

  async #beginThread(text: string): Promise<void> {
    const { main, protocols } = this.#built;
    const { json } = await this.#visitor.post('/api/chat/', { message: text });
    this.#open('thread', {
      conversationId: String(json['thread_id']),
      token: main.refreshTokenProvider({
        endpoint: '/api/token/refresh/',
        fetch: (path, { body }) => this.#visitor.fetch(path, { method: 'POST', body: String(body) }),
      }),
      protocol: protocols.threadProtocol(),
    });
  }

  #open(family: Family, options: Partial<ChatSocketOptions> & { readonly conversationId: string }): void {
    const { main, transports } = this.#built;
    const create = (url: string, subprotocols: string[]) => {
      const socket = new WebSocket(url, subprotocols, { origin: ORIGIN });
      socket.once('open', () => {
        chat.opens += 1;
      });
      return socket;
    };
    const client = new main.ChatSocketClient({
      url: `${this.#url.replace('http', 'ws')}/ws/chat/${options.conversationId}/`,
      transport: transports.webSocketTransport({ create }),
      reconnect: { delayFirstMs: 200, delayMaxMs: 2_000, attemptsMax: Infinity, dialsPerMinuteMax: 60 },
      ...options,
    });
    const chat: Chat = { client, errors: [], opens: 0 };
    client.on('error', ({ error }) => chat.errors.push(error.code));
    this.#chats.set(family, chat);
    client.connect();
  }
}
