/** Coming in, staying longer and being sent away: the frames that open and end a connection. */

import { endAnswer } from './answers.js';
import { assistantUser } from './bot.js';
import type { UserRecord } from './records.js';
import { refuse } from './refuse.js';
import type { EngineInput, TokenRequest, Turn } from './turn.js';
import { ViolationCount } from './violation-count.js';
import { type Connection, foundConversation, hangUp, tell, type World } from './world.js';

/** After a restart clients come back one by one, this far apart as long as that takes no longer than the greatest spread. */
const RETURN_GAP_MS = 5;
const RETURN_SPREAD_MAX_MS = 5_000;

export function register(world: World, turn: Turn, user: UserRecord): void {
  if (world.users.get(user.id)?.name === user.name) return;
  world.users.set(user.id, user);
  world.userLane.enqueue(turn, { writes: [{ type: 'put-user', user }], announce: () => {} });
  const id = `assistant-${user.id}`;
  if (!world.options.greetsUsers || world.conversations.has(id)) return;
  const memberIds = [user.id, assistantUser.id];
  foundConversation(world, turn, { id, epoch: turn.freshId, isOpen: false, assistant: 'always', memberIds });
}

export function connect(world: World, turn: Turn, input: Extract<EngineInput, { type: 'connected' }>): void {
  const { connectionId, user, expiresInMs } = input;
  const { limits } = world.options;
  register(world, turn, user);
  world.tick += 1;
  const connection: Connection = {
    id: connectionId,
    user,
    tick: world.tick,
    joined: new Map(),
    producers: new Map(),
    violations: new ViolationCount(limits.violationsMax, limits.violationsWindowMs),
  };
  const siblings = world.connectionsOf.get(user.id) ?? new Set();
  world.connections.set(connectionId, connection);
  world.connectionsOf.set(user.id, siblings.add(connectionId));
  const [oldest] = siblings;
  if (siblings.size > limits.connectionsPerUser && oldest !== undefined) {
    hangUp(world, turn, { connectionId: oldest, code: 4403, reason: 'Too many connections' });
  }
  greet(world, turn, { connection, expiresInMs });
}

function greet(world: World, turn: Turn, greeting: { connection: Connection; expiresInMs: number }): void {
  const { connection, expiresInMs } = greeting;
  const { limits, heartbeatIntervalMs } = world.options;
  const heads: [string, { epoch: string; latestSeq: number }][] = [];
  for (const conversationId of world.conversationsOf.get(connection.user.id) ?? []) {
    const conversation = world.conversations.get(conversationId);
    if (conversation) heads.push([conversationId, { epoch: conversation.epoch, latestSeq: conversation.headSeq }]);
  }
  tell(world, turn, {
    connectionId: connection.id,
    frame: {
      type: 'connected',
      payload: {
        userId: connection.user.id,
        protocol: 'chatsocket.v1',
        sessionId: connection.id,
        expiresInMs,
        deduplicates: true,
        dedupWindowMs: limits.dedupWindowMs,
        producerOrder: true,
        limits: { contentLengthMax: limits.contentLengthMax, messagesPerSecond: limits.messagesPerSecond },
        heartbeat: { intervalMs: heartbeatIntervalMs },
        conversations: Object.fromEntries(heads),
        batch: limits.batchMax > 1,
      },
    },
  });
}

export function renew(world: World, turn: Turn, renewal: { request: TokenRequest; expiresInMs: number | null }): void {
  const { request, expiresInMs } = renewal;
  const connection = world.connections.get(request.connectionId);
  if (connection === undefined) return;
  const { messageId } = request;
  if (expiresInMs === null) {
    const message = 'The token is not valid.';
    refuse(world, turn, { connection, code: 'INVALID_TOKEN', message, messageId, isViolation: true });
    return;
  }
  const named = messageId === undefined ? {} : { messageId };
  tell(world, turn, {
    connectionId: connection.id,
    frame: { type: 'authenticated', ...named, payload: { expiresInMs } },
  });
}

export function warnOfExpiry(world: World, turn: Turn, near: { connectionId: string; expiresInMs: number }): void {
  const { connectionId, expiresInMs } = near;
  tell(world, turn, { connectionId, frame: { type: 'token_expiring_soon', payload: { expiresInMs } } });
}

/** Everybody is asked to come back at another moment, so that the next server is not run over. */
export function announceRestart(world: World, turn: Turn, retryAfterMs: number): void {
  world.isRestartAnnounced = true;
  const spreadMs = Math.min(RETURN_SPREAD_MAX_MS, RETURN_GAP_MS * (world.connections.size - 1));
  const gapMs = spreadMs / Math.max(1, world.connections.size - 1);
  for (const [index, connectionId] of [...world.connections.keys()].entries()) {
    const payload = { retryAfterMs: retryAfterMs + Math.round(index * gapMs) };
    tell(world, turn, { connectionId, frame: { type: 'server_restarting', payload } });
  }
}

/** Ends the answers in progress with the text they have. What waits for the store still gets its ack. */
export function drain(world: World, turn: Turn, retryAfterMs: number): void {
  world.isDraining = true;
  if (!world.isRestartAnnounced) announceRestart(world, turn, retryAfterMs);
  for (const { id, writer } of [...world.openStreams.values()]) {
    // Another server that shares the store goes on with its own.
    if (writer === world.options.serverId) endAnswer(world, turn, { streamId: id, status: 'failed' });
  }
}
