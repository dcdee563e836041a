/** The front desk: who comes in over a socket, how long they may stay, and how everybody leaves. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import { assistantUser } from '../engine/bot.js';
import type { ChatEngine } from '../engine/chat-engine.js';
import type { UserRecord } from '../engine/records.js';
import type { TokenRequest } from '../engine/turn.js';
import type { LogStore } from '../store/log-store.js';
import { type SharedStore, sharedStore } from '../store/shared-store.js';
import type { TokenGrant } from '../store/token-vault.js';
import type { ConnectionTokens } from './connection-tokens.js';
import { EngineHost } from './engine-host.js';
import type { NewConversation } from './http-routes.js';
import { BEAT_PARTS, LiveSockets } from './live-sockets.js';
import { type Logger, silentLogger } from './logger.js';
import type { ChatServerOptions } from './options.js';
import { cannedResponder, type Responder } from './responder.js';
import { SessionClock } from './session-clock.js';
import { TokenDesk } from './token-desk.js';

export interface FrontOptions {
  readonly options: ChatServerOptions;
  readonly now: () => number;
  readonly tokens: ConnectionTokens;
  readonly store: LogStore | SharedStore;
  readonly engine: ChatEngine;
}

const CLOSE_GRACE_MS = 1_000;
const SESSION_CHECK_MS = 1_000;
const GONE_CHECK_MS = 1_000;
const MIB = 1_048_576;

export class Front {
  readonly engine: ChatEngine;
  readonly host: EngineHost;
  readonly logger: Logger;
  readonly #now: () => number;
  readonly #desk: TokenDesk;
  readonly #shared: SharedStore | null;
  readonly #options: ChatServerOptions;
  readonly #sockets: LiveSockets;
  readonly #sessions: SessionClock;
  readonly #responder: Responder;
  readonly #intervals: ReturnType<typeof setInterval>[] = [];
  /** From then on nobody new is let in. */
  #isLeaving = false;

  constructor({ options, now, tokens, store, engine }: FrontOptions) {
    this.engine = engine;
    this.logger = options.logger ?? silentLogger;
    this.#now = now;
    this.#shared = sharedStore(store);
    this.#desk = new TokenDesk(tokens, this.#shared);
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
      onSignOut: (userId) => this.#expireHere(userId),
      onStoreFailure: options.onStoreFailure ?? (() => process.exit(1)),
    });
  }

  get hasRoom(): boolean {
    return !this.#isLeaving && this.#sockets.count < (this.#options.connectionsMax ?? 5_000);
  }

  get connectionCount(): number {
    return this.#sockets.count;
  }

  /** Resolves once what it founds is durable: another server may be founding the same. */
  async start(): Promise<void> {
    const rooms = this.#options.rooms ?? [{ id: 'lobby', assistant: 'on-mention' }];
    this.host.dispatch({ type: 'started', rooms });
    this.host.dispatch({ type: 'user-registered', user: assistantUser });
    this.#intervals.push(
      setInterval(() => this.#sockets.beat(), (this.#options.heartbeatMs ?? 30_000) / BEAT_PARTS),
      setInterval(() => this.#sessions.check(this.#now()), SESSION_CHECK_MS),
    );
    const shared = this.#shared;
    if (shared === null) return;
    this.#intervals.push(setInterval(() => this.host.own(this.#lookForGone(shared)), GONE_CHECK_MS));
    await this.host.settled();
  }

  /** Says that the end is near and lets nobody in, but serves those who are here until they left or the grace is over. */
  async announceRestart(graceMs: number): Promise<void> {
    this.#isLeaving = true;
    this.host.dispatch({ type: 'restart-announced', retryAfterMs: this.#options.retryAfterMs ?? 500 });
    await withinMs(this.#sockets.emptied(), graceMs);
  }

  /** Says goodbye, waits for pending writes, closes every socket. */
  async stop(drainMaxMs: number): Promise<void> {
    this.#isLeaving = true;
    for (const interval of this.#intervals) clearInterval(interval);
    this.host.dispatch({ type: 'drain-started', retryAfterMs: this.#options.retryAfterMs ?? 500 });
    this.#responder.close();
    await withinMs(this.host.settled(), drainMaxMs);
    await this.#sockets.closeAll(1012, 'Server restarting');
  }

  redeem(token: string, origin: string | null): Promise<TokenGrant | null> {
    return this.#desk.redeem(token, origin);
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

  /** Resolves once the user is known to every server. */
  async registerUser(user: UserRecord): Promise<void> {
    this.host.dispatch({ type: 'user-registered', user });
    await this.host.untilNot(() => this.engine.isStoringUser(user.id));
  }

  /** Resolves once the conversation is there for every server. */
  async createConversation({ id, memberIds, withAssistant }: NewConversation): Promise<void> {
    this.host.dispatch({
      type: 'conversation-created',
      conversationId: id,
      memberIds: withAssistant ? [...memberIds, assistantUser.id] : memberIds,
      assistant: withAssistant ? 'always' : 'on-mention',
    });
    await this.host.untilNot(() => this.engine.isStoringIn(id));
  }

  /** Closes the user's sockets, at every server. */
  async expireUser(userId: string): Promise<void> {
    this.#expireHere(userId);
    await this.#shared?.signal({ type: 'sign-out', userId });
  }

  refuseTokens(userId: string, count: number): void {
    this.#desk.refuseNext(userId, count);
  }

  /** Answers whose writer is gone are ended by whoever notices first. */
  async #lookForGone(shared: SharedStore): Promise<void> {
    const others = [...this.engine.writers].filter((serverId) => serverId !== shared.serverId);
    if (others.length === 0) return;
    for (const serverId of await shared.goneOf(others)) this.host.dispatch({ type: 'server-gone', serverId });
  }

  #expireHere(userId: string): void {
    for (const connectionId of this.engine.connectionsOf(userId)) this.#expire(connectionId);
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

  async #renew(request: TokenRequest, token: string): Promise<number | null> {
    const grant = await this.#desk.renew(request, token);
    if (grant === null) return null;
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
