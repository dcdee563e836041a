/** The front desk: who comes in over a socket, how long they may stay, and how everybody leaves. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { assistantUser } from '../engine/bot.js';
import type { ChatEngine } from '../engine/chat-engine.js';
import type { TokenRequest } from '../engine/turn.js';
import type { LogStore } from '../store/log-store.js';
import type { ConnectionTokens, TokenGrant } from './connection-tokens.js';
import { EngineHost } from './engine-host.js';
import type { NewConversation } from './http-routes.js';
import { LiveSockets } from './live-sockets.js';
import { type Logger, silentLogger } from './logger.js';
import type { ChatServerOptions } from './options.js';
import { cannedResponder, type Responder } from './responder.js';
import { SessionClock } from './session-clock.js';

export interface FrontOptions {
  readonly options: ChatServerOptions;
  readonly now: () => number;
  readonly tokens: ConnectionTokens;
  readonly store: LogStore;
  readonly engine: ChatEngine;
}

const CLOSE_GRACE_MS = 1_000;
const SESSION_CHECK_MS = 1_000;
const MIB = 1_048_576;

export class Front {
  readonly engine: ChatEngine;
  readonly host: EngineHost;
  readonly logger: Logger;
  readonly #now: () => number;
  readonly #tokens: ConnectionTokens;
  readonly #options: ChatServerOptions;
  readonly #sockets: LiveSockets;
  readonly #sessions: SessionClock;
  readonly #responder: Responder;
  /** How many more tokens of a user are refused on purpose. */
  readonly #refusals = new Map<string, number>();
  readonly #intervals: ReturnType<typeof setInterval>[] = [];
  #isStopping = false;

  constructor({ options, now, tokens, store, engine }: FrontOptions) {
    this.engine = engine;
    this.logger = options.logger ?? silentLogger;
    this.#now = now;
    this.#tokens = tokens;
    this.#options = options;
    this.#sockets = new LiveSockets({
      bufferedMaxBytes: options.bufferedMaxBytes ?? MIB,
      closeGraceMs: CLOSE_GRACE_MS,
      onCut: (connectionId) => this.#leave(connectionId, 'slow-reader-cut'),
    });
    this.#sessions = new SessionClock({
      warnBeforeMs: 60_000,
      onNear: (connectionId, expiresInMs) => this.host.dispatch({ type: 'expiry-near', connectionId, expiresInMs }),
      onExpired: (connectionId) => this.#expire(connectionId),
    });
    this.#responder = cannedResponder({
      chunkIntervalMs: options.chunkIntervalMs ?? 40,
      sink: {
        extend: (streamId, text) => this.host.dispatch({ type: 'answer-extended', streamId, text }),
        end: (streamId, status) => this.host.dispatch({ type: 'answer-ended', streamId, status }),
      },
    });
    this.host = new EngineHost({
      engine,
      store,
      now,
      freshId,
      sockets: this.#sockets,
      responder: this.#responder,
      logger: this.logger,
      redeem: (request, token) => this.#renew(request, token),
      onStoreFailure: options.onStoreFailure ?? (() => process.exit(1)),
    });
  }

  get hasRoom(): boolean {
    return !this.#isStopping && this.#sockets.count < (this.#options.connectionsMax ?? 5_000);
  }

  get connectionCount(): number {
    return this.#sockets.count;
  }

  start(): void {
    const rooms = this.#options.rooms ?? [{ id: 'lobby', assistant: 'on-mention' }];
    this.host.dispatch({ type: 'started', rooms });
    this.host.dispatch({ type: 'user-registered', user: assistantUser });
    this.#intervals.push(
      setInterval(() => this.#sockets.beat(), this.#options.heartbeatMs ?? 30_000),
      setInterval(() => this.#sessions.check(this.#now()), SESSION_CHECK_MS),
    );
  }

  /** Says goodbye, waits for pending writes, closes every socket. */
  async stop(drainMaxMs: number): Promise<void> {
    this.#isStopping = true;
    for (const interval of this.#intervals) clearInterval(interval);
    this.host.dispatch({ type: 'drain-started', retryAfterMs: this.#options.retryAfterMs ?? 500 });
    this.#responder.close();
    await withinMs(this.host.settled(), drainMaxMs);
    await this.#sockets.closeAll(1012, 'Server restarting');
  }

  /** The grant behind a token, once; null where it is no good for this page. */
  redeem(token: string, origin: string | null): TokenGrant | null {
    const grant = this.#tokens.redeem(token);
    if (grant === null || (grant.origin !== null && grant.origin !== origin)) return null;
    const refusals = this.#refusals.get(grant.userId) ?? 0;
    if (refusals === 0) return grant;
    this.refuseTokens(grant.userId, refusals - 1);
    return null;
  }

  welcome(socket: WebSocket, grant: TokenGrant, origin: string | null): void {
    const connectionId = randomUUID();
    const user = { id: grant.userId, name: grant.userName };
    this.#sockets.add(connectionId, socket);
    this.#sessions.set(connectionId, grant.sessionExpiresAtMs);
    // What breaks the wire's rules is answered by `ws` with the right code; the close follows.
    socket.on('error', (error) => this.logger.warning('socket-error', { connectionId, error: error.name }));
    socket.on('message', (payload, isBinary) => this.#receive(connectionId, payload, isBinary));
    socket.on('close', (code) => {
      this.#sockets.forget(connectionId, socket);
      this.#leave(connectionId, 'disconnected', code);
    });
    this.logger.notice('connected', { connectionId, userId: user.id, origin });
    const expiresInMs = Math.max(0, grant.sessionExpiresAtMs - this.#now());
    this.host.dispatch({ type: 'connected', connectionId, user, expiresInMs });
  }

  turnAway(socket: WebSocket, code: 'NO_TOKEN' | 'INVALID_TOKEN', origin: string | null): void {
    this.logger.warning('token-refused', { code, origin });
    socket.on('error', () => {});
    socket.send(JSON.stringify({ type: 'error', payload: { code, message: 'The token is missing or not valid.' } }));
    this.#sockets.end(socket, 4401, 'Token refused');
  }

  createConversation({ id, memberIds, withAssistant }: NewConversation): void {
    this.host.dispatch({
      type: 'conversation-created',
      conversationId: id,
      memberIds: withAssistant ? [...memberIds, assistantUser.id] : memberIds,
      assistant: withAssistant ? 'always' : 'on-mention',
    });
  }

  expireUser(userId: string): void {
    for (const connectionId of this.engine.connectionsOf(userId)) this.#expire(connectionId);
  }

  refuseTokens(userId: string, count: number): void {
    if (count > 0) this.#refusals.set(userId, count);
    else this.#refusals.delete(userId);
  }

  #receive(connectionId: string, payload: RawData, isBinary: boolean): void {
    if (isBinary) {
      this.#sockets.close(connectionId, 1003, 'Text frames only');
      this.#leave(connectionId, 'binary-frame');
      return;
    }
    this.host.dispatch({ type: 'text-received', connectionId, text: payload.toString() });
  }

  #expire(connectionId: string): void {
    this.#sockets.close(connectionId, 4401, 'Session expired');
    this.#leave(connectionId, 'expired');
  }

  #leave(connectionId: string, why: string, code?: number): void {
    this.#sessions.forget(connectionId);
    this.logger.notice(why, { connectionId, code });
    this.host.dispatch({ type: 'disconnected', connectionId });
  }

  /** A token brought over the open connection, for the same user, makes it last as long as the token's session. */
  #renew(request: TokenRequest, token: string): number | null {
    const grant = this.#tokens.redeem(token);
    if (grant === null || grant.userId !== request.userId) return null;
    this.#sessions.set(request.connectionId, grant.sessionExpiresAtMs);
    return Math.max(0, grant.sessionExpiresAtMs - this.#now());
  }
}

/** 96 bit: enough that no two epochs meet, and short, since ids of messages begin with it. */
export function freshId(): string {
  return randomBytes(12).toString('base64url');
}

/** Waits for work, but not for ever. */
async function withinMs(work: Promise<void>, maxMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, maxMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
