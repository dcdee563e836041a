/** Puts engine, store, HTTP and sockets together, and takes them apart again without losing an acknowledged message. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatEngine } from '../engine/chat-engine.js';
import { defaultLimits } from '../engine/limits.js';
import type { ChangeOutcome, MessageChange } from '../engine/turn.js';
import type { LogStore } from '../store/log-store.js';
import { memoryLogStore } from '../store/memory-log-store.js';
import { type SharedStore, sharedStore } from '../store/shared-store.js';
import { MemoryTokenVault } from '../store/token-vault.js';
import { ConnectionTokens } from './connection-tokens.js';
import { floodConversation } from './flood.js';
import { Front, freshId } from './front.js';
import { httpRoutes } from './http-routes.js';
import { silentLogger } from './logger.js';
import { assertUsable, type ChatServerOptions } from './options.js';
import { originList } from './origin-list.js';
import { sessionCookies } from './session-cookie.js';
import { socketGate } from './socket-gate.js';

export type Change = Omit<MessageChange, 'changeId'>;

export interface ChatServer {
  /** For example `http://127.0.0.1:8080`; the socket is at `/ws`. */
  readonly url: string;
  readonly address: AddressInfo;
  /** Sockets that are open or closing. */
  readonly connectionCount: number;
  /**
   * A token without the detour over cookies, for tests and for a login of your own. Where several servers share a store,
   * it is good at the others a moment later.
   */
  issueToken(user: { readonly id: string; readonly name: string }): string;
  /** Everybody sees the new text, also whoever is away. Asks nobody whether the user may: that is yours to decide. */
  editMessage(change: Change & { readonly content: string }): Promise<ChangeOutcome>;
  /** Leaves a tombstone in the message's place; its text is gone. */
  deleteMessage(change: Change): Promise<ChangeOutcome>;
  /** Drains: says goodbye, lets pending writes finish, closes with 1012. A second call gets the first one's promise. */
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** Tokens that were issued and not used. */
const TOKENS_MAX = 10_000;

/** Writes may take this long in a drain; with the close handshakes it stays below 5 s. */
const DRAIN_MAX_MS = 3_000;

/** Rejects where the options are unusable, the port is taken, or the store cannot be read. */
export async function createChatServer(options: ChatServerOptions): Promise<ChatServer> {
  const { NODE_ENV } = process.env;
  const isDevelopment = options.isDevelopment ?? NODE_ENV === 'development';
  assertUsable(options, isDevelopment);
  const now = options.now ?? Date.now;
  const sessionLifetimeMs = options.sessionLifetimeMs ?? 12 * HOUR_MS;
  const store = options.store ?? memoryLogStore();
  const shared = sharedStore(store);
  const tokens = tokensFor(options, now, store);
  const front = new Front({ options, now, tokens, store, engine: await loadEngine(options, store) });
  const origins = originList({ origins: options.origins, allowMissingOrigin: options.allowMissingOrigin ?? false });
  const http = httpServer(
    httpRoutes({
      origins,
      tokens,
      now,
      sessionLifetimeMs,
      freshId,
      logger: options.logger ?? silentLogger,
      devControls: options.devControls ?? false,
      cookies: sessionCookies({ secret: options.secret, isSecure: options.isSecure ?? !isDevelopment, now }),
      registerUser: (user) => front.registerUser(user),
      hasUser: (userId) => front.engine.hasUser(userId),
      catchUp: async () => shared?.caughtUp(),
      createConversation: (conversation) => front.createConversation(conversation),
      expireUser: (userId) => front.expireUser(userId),
      refuseTokens: (userId, count) => front.refuseTokens(userId, count),
      flood: (flood) => floodConversation(front, flood),
    }),
  );
  http.on(
    'upgrade',
    socketGate({
      path: '/ws',
      origins,
      payloadMaxBytes: options.payloadMaxBytes ?? 65_536,
      redeem: (token, origin) => front.redeem(token, origin),
      hasRoom: () => front.hasRoom,
      onOpen: (socket, grant, origin) => front.welcome(socket, grant, origin),
      onStranger: (socket, code, origin) => front.turnAway(socket, code, origin),
      onRefused: (status, origin) => front.logger.warning('upgrade-refused', { status, origin: origin ?? null }),
    }),
  );
  await front.start();
  const address = await listen(http, options).catch(async (reason: unknown) => {
    await front.stop(0);
    await store.close();
    throw reason;
  });
  const restartGraceMs = options.restartGraceMs ?? 0;
  const closeStore = () => store.close();
  return runningServer({ http, front, tokens, address, closeStore, now, sessionLifetimeMs, restartGraceMs });
}

interface Running {
  readonly http: Server;
  readonly front: Front;
  readonly tokens: ConnectionTokens;
  readonly address: AddressInfo;
  readonly closeStore: () => Promise<void>;
  readonly now: () => number;
  readonly sessionLifetimeMs: number;
  readonly restartGraceMs: number;
}

function runningServer(running: Running): ChatServer {
  const { http, front, tokens, address, closeStore, now, sessionLifetimeMs, restartGraceMs } = running;
  let closing: Promise<void> | null = null;

  async function drain(): Promise<void> {
    // HTTP goes on meanwhile: a token from here is good at the server to which its bearer goes.
    if (restartGraceMs > 0) await front.announceRestart(restartGraceMs);
    const isHttpClosed = new Promise((resolve) => http.close(resolve));
    await front.stop(DRAIN_MAX_MS);
    http.closeAllConnections();
    await isHttpClosed;
    await closeStore();
  }

  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    address,
    get connectionCount() {
      return front.connectionCount;
    },
    issueToken({ id, name }) {
      const sessionExpiresAtMs = now() + sessionLifetimeMs;
      const issued = tokens.issue({ userId: id, userName: name, sessionExpiresAtMs, origin: null });
      if (issued.token === null) throw new Error(`No token for ${id} now: ask again in ${issued.retryAfterMs} ms.`);
      front.host.own(issued.isKept);
      return issued.token;
    },
    editMessage: (change) => front.host.change({ type: 'message-edited', ...change }),
    deleteMessage: (change) => front.host.change({ type: 'message-deleted', ...change }),
    close() {
      closing ??= drain();
      return closing;
    },
  };
}

async function loadEngine(options: ChatServerOptions, store: LogStore | SharedStore): Promise<ChatEngine> {
  const limits = { ...defaultLimits, ...options.limits };
  const shared = sharedStore(store);
  return new ChatEngine(
    {
      limits,
      deduplicates: options.deduplicate ?? true,
      heartbeatIntervalMs: options.clientHeartbeatMs ?? 25_000,
      greetsUsers: options.greetsUsers ?? true,
      ...(shared === null ? {} : { serverId: shared.serverId }),
    },
    await store.load(limits.retainedMax),
  );
}

function tokensFor(options: ChatServerOptions, now: () => number, store: LogStore | SharedStore): ConnectionTokens {
  return new ConnectionTokens({
    now,
    vault: sharedStore(store)?.tokens ?? new MemoryTokenVault({ now, sizeMax: TOKENS_MAX }),
    randomToken: () => randomBytes(32).toString('base64url'),
    ...(options.tokenLifetimeMs === undefined ? {} : { lifetimeMs: options.tokenLifetimeMs }),
    ...(options.tokensPerMinute === undefined ? {} : { perUserAndMinute: options.tokensPerMinute }),
  });
}

/** Slow handshakes are cut off: a client has 5 s for its headers and 10 s for its request. */
function httpServer(route: ReturnType<typeof httpRoutes>): Server {
  const bounds = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
  return createServer(bounds, (request, response) => void route(request, response));
}

async function listen(http: Server, options: ChatServerOptions): Promise<AddressInfo> {
  http.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no TCP address.');
  return address;
}
