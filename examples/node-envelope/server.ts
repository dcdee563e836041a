/** A chat on Node's `ws`, as many marketplaces have one: envelopes and acks, and nothing of the extension. */

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Draft, Marketplace, type User } from './marketplace.js';
import { RateLimit } from './rate-limit.js';
import { type ClientFrame, readFrame } from './read-frame.js';
import { Tokens } from './tokens.js';

export interface EnvelopeServerOptions {
  readonly users: readonly User[];
  readonly jobIds?: readonly string[];
  /** Default 0: any free port. */
  readonly port?: number;
  /** Frames in any second per user. Default 20. */
  readonly framesPerSecond?: number;
}

export interface EnvelopeServer {
  /** For example `ws://127.0.0.1:8080`. */
  readonly url: string;
  readonly marketplace: Marketplace;
  /** How many frames were over the limit. */
  readonly rateLimited: number;
  issueToken(userId: string, lifetimeMs?: number): string;
  /** Cuts every socket without a word. */
  cutAll(): void;
  stop(): Promise<void>;
}

const POLICY_CODE = 1008;
/** A socket whose pong is missing for so long is dropped. */
const PONG_MS = 30_000;
const FRAME_BYTES_MAX = 65_536;

interface Session {
  readonly socket: WebSocket;
  readonly user: User;
  readonly token: string;
}

export async function startEnvelopeServer(options: EnvelopeServerOptions): Promise<EnvelopeServer> {
  const server = new Server(options);
  await server.listen(options.port ?? 0);
  return server;
}

class Server implements EnvelopeServer {
  readonly marketplace: Marketplace;
  rateLimited = 0;
  readonly #http = createServer((_, response) => response.writeHead(426).end());
  readonly #sockets = new WebSocketServer({ server: this.#http, maxPayload: FRAME_BYTES_MAX });
  readonly #tokens = new Tokens();
  readonly #sessions = new Set<Session>();
  readonly #limits = new Map<string, RateLimit>();
  readonly #framesPerSecond: number;

  constructor({ users, jobIds = [], framesPerSecond = 20 }: EnvelopeServerOptions) {
    this.marketplace = new Marketplace(users, jobIds);
    this.#framesPerSecond = framesPerSecond;
    this.#sockets.on('connection', (socket, request) => this.#meet(socket, request));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async listen(port: number): Promise<void> {
    this.#http.listen(port, '127.0.0.1');
    await once(this.#http, 'listening');
  }

  issueToken(userId: string, lifetimeMs = 900_000): string {
    return this.#tokens.issue(userId, Date.now() + lifetimeMs);
  }

  cutAll(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async stop(): Promise<void> {
    this.cutAll();
    this.#http.close();
    await once(this.#http, 'close');
  }

  /** The upgrade always succeeds, so that a browser is told why it may not stay. */
  #meet(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', () => socket.terminate());
    const token = new URL(request.url ?? '/', 'http://localhost').searchParams.get('token');
    if (token === null) return refuse(socket, 'NO_TOKEN', 'No authentication token provided');
    const userId = this.#tokens.read(token, Date.now());
    if (userId === null) return refuse(socket, 'INVALID_TOKEN', 'Invalid or expired token');
    const user = this.marketplace.users.get(userId);
    if (user === undefined) return refuse(socket, 'USER_NOT_FOUND', 'User not found');
    const session: Session = { socket, user, token };
    this.#sessions.add(session);
    const stopWatching = watchPongs(socket);
    socket.on('close', () => {
      stopWatching();
      this.#sessions.delete(session);
    });
    socket.on('message', (data) => this.#read(session, String(data)));
    tell(socket, 'connected', { userId });
  }

  #read(session: Session, text: string): void {
    const { socket, user, token } = session;
    if (this.#tokens.read(token, Date.now()) === null)
      return refuse(socket, 'INVALID_TOKEN', 'Invalid or expired token');
    const verdict = this.#limitOf(user.id).take(Date.now());
    if (verdict !== 'taken') {
      this.rateLimited += 1;
      if (verdict === 'flood') return refuse(socket, 'RATE_LIMIT', 'Rate limit exceeded');
      return tell(socket, 'error', { code: 'RATE_LIMIT', message: 'Rate limit exceeded' });
    }
    const frame = readFrame(text);
    if ('code' in frame) tell(socket, 'error', frame);
    else this.#perform(session, frame);
  }

  #perform(session: Session, frame: ClientFrame): void {
    const { socket, user } = session;
    switch (frame.type) {
      case 'ping':
        return tell(socket, 'pong');
      case 'join_conversation': {
        const { conversationId } = frame;
        return tell(socket, 'conversation_history', {
          conversationId,
          messages: this.marketplace.history(conversationId, user.id),
        });
      }
      case 'send_message':
        return this.#say(session, frame);
      case 'typing':
      case 'stop_typing': {
        const { conversationId, receiverId, type } = frame;
        return this.#tellUser(receiverId, `user_${type}`, { conversationId, userId: user.id });
      }
      case 'mark_read':
        return this.#markRead(session, frame);
    }
  }

  /** Told to every socket of both, the sender's too; the ack follows directly. */
  #say({ socket, user }: Session, frame: Extract<ClientFrame, { type: 'send_message' }>): void {
    const { receiverId, content, conversationId, jobId, messageId } = frame;
    if (!this.marketplace.users.has(receiverId)) {
      return tell(socket, 'error', { code: 'USER_NOT_FOUND', message: 'User not found' });
    }
    const draft: Draft = { sender: user, receiverId, content, conversationId, jobId, nowMs: Date.now() };
    const message = this.marketplace.say(draft);
    if (message === null) return tell(socket, 'error', { code: 'JOB_NOT_FOUND', message: 'Job not found' });
    for (const userId of new Set([user.id, receiverId])) {
      this.#tellUser(userId, 'new_message', { message, conversationId: message.conversationId });
    }
    tell(socket, 'ack', { messageId: messageId ?? message.id });
  }

  #markRead({ socket, user }: Session, frame: Extract<ClientFrame, { type: 'mark_read' }>): void {
    const { conversationId, messageIds, messageId } = frame;
    for (const senderId of this.marketplace.markRead(conversationId, messageIds, user.id)) {
      this.#tellUser(senderId, 'messages_read', { conversationId, messageIds, readBy: user.id });
    }
    if (messageId !== null) tell(socket, 'ack', { messageId });
  }

  #tellUser(userId: string, type: string, payload: object): void {
    for (const { user, socket } of this.#sessions) if (user.id === userId) tell(socket, type, payload);
  }

  #limitOf(userId: string): RateLimit {
    const limit = this.#limits.get(userId) ?? new RateLimit(this.#framesPerSecond);
    this.#limits.set(userId, limit);
    return limit;
  }
}

function tell(socket: WebSocket, type: string, payload?: object): void {
  socket.send(JSON.stringify({ type, ...(payload !== undefined && { payload }), timestamp: Date.now() }));
}

function refuse(socket: WebSocket, code: string, message: string): void {
  tell(socket, 'error', { code, message });
  socket.close(POLICY_CODE, message);
}

function watchPongs(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, PONG_MS);
  return () => clearInterval(timer);
}
