/** All that the engine knows, and the few ways to speak to those who are connected. */

import { createHash } from 'node:crypto';
import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import { Conversation, type OpenStream } from './conversation.js';
import { DedupIndex } from './dedup-index.js';
import { Lane } from './lane.js';
import type { EngineLimits } from './limits.js';
import type { ProducerOrder } from './producer-order.js';
import type { ConversationRecord, UserRecord } from './records.js';
import { TokenBucket } from './token-bucket.js';
import type { Turn } from './turn.js';
import type { ViolationCount } from './violation-count.js';

export interface EngineOptions {
  readonly limits: EngineLimits;
  /** Off only to show what happens without: the server then still claims to recognise repeats. */
  readonly deduplicates: boolean;
  /** Announced to clients as the rhythm of their pings. */
  readonly heartbeatIntervalMs: number;
  /** Every new user gets a conversation of their own with the assistant. */
  readonly greetsUsers: boolean;
  /** Names this server among those that share its store. Absent where nobody else writes to it. */
  readonly serverId?: string;
}

export interface Connection {
  readonly id: string;
  readonly user: UserRecord;
  /** Counts connections and streams in the order of their birth. */
  readonly tick: number;
  /** The head of each conversation when it was joined. */
  readonly joined: Map<string, number>;
  readonly producers: Map<string, ProducerOrder>;
  readonly violations: ViolationCount;
}

/** What is limited per user, over all of their sockets. */
export interface Account {
  readonly messages: TokenBucket;
  readonly frames: TokenBucket;
  readonly pages: TokenBucket;
  readonly dedup: DedupIndex;
}

export interface World {
  readonly options: EngineOptions;
  readonly users: Map<string, UserRecord>;
  readonly accounts: Map<string, Account>;
  readonly conversations: Map<string, Conversation>;
  readonly conversationsOf: Map<string, Set<string>>;
  readonly connections: Map<string, Connection>;
  /** Oldest first. */
  readonly connectionsOf: Map<string, Set<string>>;
  readonly openStreams: Map<string, OpenStream>;
  readonly lanes: Map<string, Lane>;
  readonly userLane: Lane;
  tick: number;
  isRestartAnnounced: boolean;
  isDraining: boolean;
}

export function createWorld(options: EngineOptions): World {
  const userLane = new Lane('users');
  return {
    options,
    users: new Map(),
    accounts: new Map(),
    conversations: new Map(),
    conversationsOf: new Map(),
    connections: new Map(),
    connectionsOf: new Map(),
    openStreams: new Map(),
    lanes: new Map([[userLane.id, userLane]]),
    userLane,
    tick: 0,
    isRestartAnnounced: false,
    isDraining: false,
  };
}

export function accountOf(world: World, userId: string, nowMs: number): Account {
  const known = world.accounts.get(userId);
  if (known !== undefined) return known;
  const { limits } = world.options;
  const account: Account = {
    messages: new TokenBucket(limits.messagesPerSecond, nowMs),
    frames: new TokenBucket(limits.framesPerSecond, nowMs),
    pages: new TokenBucket(limits.pagesPerSecond, nowMs),
    dedup: new DedupIndex(limits.dedupWindowMs, limits.dedupPerUserMax),
  };
  world.accounts.set(userId, account);
  return account;
}

export function addConversation(world: World, conversation: Conversation): void {
  world.conversations.set(conversation.id, conversation);
  world.lanes.set(conversation.lane.id, conversation.lane);
  for (const memberId of conversation.members) indexMember(world, conversation, memberId);
}

/** A conversation as another server has stored it. */
export function adoptConversation(world: World, record: ConversationRecord): void {
  const known = world.conversations.get(record.id);
  if (known === undefined) addConversation(world, newConversation(world, record));
  else {
    known.adopt(record);
    for (const memberId of record.memberIds) indexMember(world, known, memberId);
  }
}

/** Makes a conversation that the store learns of ahead of anything said in it. */
export function foundConversation(world: World, turn: Turn, record: ConversationRecord): Conversation {
  const conversation = newConversation(world, record);
  addConversation(world, conversation);
  storeRecord(turn, conversation);
  return conversation;
}

function newConversation(world: World, record: ConversationRecord): Conversation {
  return new Conversation({ record, entries: [], changed: [], oldestSeq: 1 }, world.options.limits);
}

/** Null both where there is no such conversation and where the user is not in it, so that nobody can probe. */
export function findConversation(world: World, userId: string, conversationId: string): Conversation | null {
  const conversation = world.conversations.get(conversationId);
  if (conversation === undefined) return null;
  return conversation.isOpen || conversation.members.has(userId) ? conversation : null;
}

/** Makes the user a member of an open conversation, for good. */
export function admit(world: World, turn: Turn, member: { conversation: Conversation; userId: string }): void {
  const { conversation, userId } = member;
  if (conversation.members.has(userId)) return;
  conversation.members.add(userId);
  indexMember(world, conversation, userId);
  storeRecord(turn, conversation);
}

/** Two people's own conversation has an id that follows from theirs, so that both find the same one. */
export function directConversationId(userId: string, otherId: string): string {
  const pair = JSON.stringify([userId, otherId].sort());
  return `direct-${createHash('sha256').update(pair).digest('base64url').slice(0, 32)}`;
}

export function tell(world: World, turn: Turn, message: { connectionId: string; frame: EnvelopeServerFrame }): void {
  if (!world.connections.has(message.connectionId)) return;
  pushFrame(turn, [message.connectionId], message.frame);
}

/** Speaks to every socket of every member for which `includes` holds. */
export function tellMembers(
  world: World,
  turn: Turn,
  message: { conversation: Conversation; frame: EnvelopeServerFrame; includes?: (connection: Connection) => boolean },
): void {
  const connectionIds: string[] = [];
  for (const connection of connectionsIn(world, message.conversation)) {
    if (message.includes === undefined || message.includes(connection)) connectionIds.push(connection.id);
  }
  if (connectionIds.length > 0) pushFrame(turn, connectionIds, message.frame);
}

/** Ends a connection by our own will; whatever still comes from it is ignored. */
export function hangUp(world: World, turn: Turn, end: { connectionId: string; code: number; reason: string }): void {
  if (!world.connections.has(end.connectionId)) return;
  turn.effects.push({ type: 'close', ...end });
  forgetConnection(world, end.connectionId);
}

export function forgetConnection(world: World, connectionId: string): void {
  const connection = world.connections.get(connectionId);
  if (connection === undefined) return;
  world.connections.delete(connectionId);
  const siblings = world.connectionsOf.get(connection.user.id);
  siblings?.delete(connectionId);
  if (siblings?.size === 0) world.connectionsOf.delete(connection.user.id);
}

function* connectionsIn(world: World, conversation: Conversation): Iterable<Connection> {
  for (const memberId of conversation.members) {
    for (const connectionId of world.connectionsOf.get(memberId) ?? []) {
      const connection = world.connections.get(connectionId);
      if (connection !== undefined) yield connection;
    }
  }
}

function pushFrame(turn: Turn, connectionIds: readonly string[], frame: EnvelopeServerFrame): void {
  turn.effects.push({ type: 'send', connectionIds, frame: { ...frame, timestamp: turn.nowMs } });
}

function indexMember(world: World, conversation: Conversation, memberId: string): void {
  const known = world.conversationsOf.get(memberId) ?? new Set();
  known.add(conversation.id);
  world.conversationsOf.set(memberId, known);
}

function storeRecord(turn: Turn, conversation: Conversation): void {
  conversation.lane.enqueue(turn, {
    writes: [{ type: 'put-conversation', conversation: conversation.record }],
    announce: () => {},
    again: (later) => storeRecord(later, conversation),
  });
}
