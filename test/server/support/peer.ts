/** A raw `ws` client, and the way through the server's door. */

import { type EnvelopeServerFrame, envelopeServerFrameSchema } from 'chatsocket/schemas';
import { type ClientOptions, WebSocket } from 'ws';
import { type ChatServer, createChatServer } from '../../../examples/server/shell/chat-server.js';
import type { ChatServerOptions } from '../../../examples/server/shell/options.js';

export const TEST_SECRET = 'a secret only for these tests';
export const TEST_ORIGIN = 'http://chat.test';

/** Whatever is waited for comes by then, or the test fails. */
const DEADLINE_MS = 5_000;

export function startServer(options: Partial<ChatServerOptions> = {}): Promise<ChatServer> {
  return createChatServer({
    secret: TEST_SECRET,
    origins: [TEST_ORIGIN],
    allowMissingOrigin: true,
    isSecure: false,
    tokensPerMinute: 1_000,
    chunkIntervalMs: 1,
    ...options,
  });
}

export interface CloseFacts {
  readonly code: number;
  readonly reason: string;
}

export class Peer {
  readonly socket: WebSocket;
  readonly frames: EnvelopeServerFrame[] = [];
  /** How many frames each text held. */
  readonly batchSizes: number[] = [];
  readonly closed: Promise<CloseFacts>;
  readonly #looks = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('message', (payload) => {
      const json: unknown = JSON.parse(payload.toString());
      const batch: readonly unknown[] = Array.isArray(json) ? json : [json];
      this.batchSizes.push(batch.length);
      this.frames.push(...batch.map((frame) => envelopeServerFrameSchema.parse(frame)));
      for (const look of this.#looks) look();
    });
    this.closed = within(
      new Promise((resolve) => socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))),
      'the close',
    );
    this.closed.catch(() => {});
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  say(conversationId: string, messageId: string, content = messageId): void {
    this.send({ type: 'send_message', messageId, payload: { conversationId, content } });
  }

  /** The first frame, past or to come, for which the question is answered with yes. */
  async until(isMeant: (frame: EnvelopeServerFrame) => boolean): Promise<EnvelopeServerFrame> {
    const found = new Promise<EnvelopeServerFrame>((resolve) => {
      const look = () => {
        const frame = this.frames.find(isMeant);
        if (frame === undefined) return;
        this.#looks.delete(look);
        resolve(frame);
      };
      this.#looks.add(look);
      look();
    });
    return within(found, () => `a frame; had ${this.frames.map((frame) => frame.type).join(', ')}`);
  }

  untilType(type: EnvelopeServerFrame['type']): Promise<EnvelopeServerFrame> {
    return this.until((frame) => frame.type === type);
  }

  untilAck(messageId: string): Promise<EnvelopeServerFrame> {
    return this.until((frame) => frame.type === 'ack' && frame.payload.messageId === messageId);
  }

  untilError(code: string): Promise<EnvelopeServerFrame> {
    return this.until((frame) => frame.type === 'error' && frame.payload.code === code);
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

/** Opens a socket with a token; the caller waits for what it expects. */
export function dial(url: string, token: string, options: ClientOptions = {}): Peer {
  const bearer = `bearer.${Buffer.from(token).toString('base64url')}`;
  return new Peer(new WebSocket(`${url.replace('http', 'ws')}/ws`, ['chatsocket.v1', bearer], options));
}

export async function connect(server: ChatServer, userId: string): Promise<Peer> {
  const peer = dial(server.url, server.issueToken({ id: userId, name: userId }));
  await peer.untilType('connected');
  return peer;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<HttpReply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? null : JSON.parse(text) };
}

export interface Login {
  readonly userId: string;
  readonly cookie: string;
}

export async function logIn(url: string, name: string): Promise<Login> {
  const reply = await post(`${url}/session`, { name });
  const cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { userId: textField(reply.json, 'userId'), cookie };
}

export async function fetchToken(url: string, { userId, cookie }: Login): Promise<string> {
  const reply = await post(`${url}/ws-token`, { userId }, { cookie });
  return textField(reply.json, 'token');
}

function textField(json: unknown, name: string): string {
  const value: unknown = typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
  if (typeof value !== 'string') throw new Error(`no text "${name}" in ${JSON.stringify(json)}`);
  return value;
}

/** Fails, with the name of what was waited for, when the deadline passes. */
export async function within<Result>(
  work: Promise<Result>,
  what: string | (() => string),
  deadlineMs = DEADLINE_MS,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const named = typeof what === 'string' ? what : what();
      reject(new Error(`waited ${deadlineMs} ms in vain for ${named}`));
    }, deadlineMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
