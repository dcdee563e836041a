/**
 * The whole protocol of the server, and nothing else: no sockets, no disk, no clock, no dice. It is fed with what
 * happened and answers with what is to be done, so any run can be replayed from its inputs.
 */

import { endAnswer, extendAnswer, openStream } from './answers.js';
import { dropOld } from './append.js';
import { changeMessage, receiveChangeTarget } from './changes.js';
import { announceRestart, connect, drain, register, renew, warnOfExpiry } from './come-and-go.js';
import { afterCrash, Conversation, laneIdOf } from './conversation.js';
import { receiveHeld, receiveText, tellTyping } from './on-frame.js';
import { receivePage } from './on-page.js';
import { receiveRangeRead } from './on-range.js';
import { post } from './post.js';
import type { LogEntry, StoredConversation, StoredState, StoreWrite } from './records.js';
import { bringUpToDate } from './resume.js';
import type { Effect, EngineInput, EntriesRead, EntriesRequest, Moment, RoomSeed, SharingInput, Turn } from './turn.js';
import {
  accountOf,
  addConversation,
  createWorld,
  type EngineOptions,
  forgetConnection,
  foundConversation,
  type World,
} from './world.js';
import { endAnswersOf, takeIn } from './written-elsewhere.js';

export class ChatEngine {
  readonly #world: World;

  constructor(options: EngineOptions, stored: StoredState) {
    this.#world = createWorld(options);
    restore(this.#world, stored);
  }

  handle(input: EngineInput, moment: Moment): readonly Effect[] {
    const turn: Turn = { ...moment, effects: [] };
    receive(this.#world, turn, input);
    return turn.effects;
  }

  isMember(userId: string, conversationId: string): boolean {
    const conversation = this.#world.conversations.get(conversationId);
    return conversation !== undefined && (conversation.isOpen || conversation.members.has(userId));
  }

  hasUser(userId: string): boolean {
    return this.#world.users.has(userId);
  }

  connectionsOf(userId: string): readonly string[] {
    return [...(this.#world.connectionsOf.get(userId) ?? [])];
  }

  /** Servers that write an answer at the moment. */
  get writers(): ReadonlySet<string> {
    return new Set([...this.#world.openStreams.values()].flatMap(({ writer }) => writer ?? []));
  }

  /** Whether anything waits for the store. */
  get isStoring(): boolean {
    return [...this.#world.lanes.values()].some((lane) => lane.pendingCount > 0);
  }

  /** Whether the user, and what a new user is given, waits for the store. */
  isStoringUser(userId: string): boolean {
    return this.#world.userLane.pendingCount > 0 || this.isStoringIn(`assistant-${userId}`);
  }

  isStoringIn(conversationId: string): boolean {
    return (this.#world.lanes.get(laneIdOf(conversationId))?.pendingCount ?? 0) > 0;
  }
}

function receive(world: World, turn: Turn, input: EngineInput): void {
  switch (input.type) {
    case 'started':
      start(world, turn, input.rooms);
      return;
    case 'user-registered':
      register(world, turn, input.user);
      return;
    case 'conversation-created':
      createConversation(world, turn, input);
      return;
    case 'connected':
      connect(world, turn, input);
      return;
    case 'disconnected':
      forgetConnection(world, input.connectionId);
      return;
    case 'text-received': {
      const connection = world.connections.get(input.connectionId);
      if (connection !== undefined) receiveText(world, turn, { connection, text: input.text });
      return;
    }
    case 'stored':
      world.lanes.get(input.laneId)?.stored(turn);
      return;
    case 'page-read':
      receivePage(world, turn, input);
      return;
    case 'entries-read':
      receiveEntries(world, turn, input);
      return;
    case 'message-edited':
    case 'message-deleted':
      changeMessage(world, turn, input);
      return;
    case 'token-redeemed':
      renew(world, turn, input);
      return;
    case 'expiry-near':
      warnOfExpiry(world, turn, input);
      return;
    case 'answer-extended':
      extendAnswer(world, turn, input);
      return;
    case 'answer-ended':
      endAnswer(world, turn, input);
      return;
    case 'posted':
      postAll(world, turn, input);
      return;
    case 'restart-announced':
      announceRestart(world, turn, input.retryAfterMs);
      return;
    case 'drain-started':
      drain(world, turn, input.retryAfterMs);
      return;
    default:
      receiveShared(world, turn, input);
  }
}

function receiveShared(world: World, turn: Turn, input: SharingInput): void {
  switch (input.type) {
    case 'written-elsewhere':
      takeIn(world, turn, input);
      return;
    case 'signalled':
      tellTyping(world, turn, input.signal);
      return;
    case 'caught-up':
      receiveHeld(world, turn, input);
      return;
    case 'server-gone':
      endAnswersOf(world, turn, input.serverId);
  }
}

function restore(world: World, stored: StoredState): void {
  for (const user of stored.users) world.users.set(user.id, user);
  for (const conversation of stored.conversations) restoreConversation(world, conversation);
  for (const record of stored.dedup) accountOf(world, record.userId, record.storedAtMs).dedup.add(record);
}

/** Nobody goes on with the answers of a server that shares nothing; with those of the others somebody may. */
function restoreConversation(world: World, stored: StoredConversation): void {
  const { serverId, limits } = world.options;
  const settle = <Entry extends LogEntry>(entry: Entry) => (serverId === undefined ? afterCrash(entry) : entry);
  const entries = stored.entries.map(settle);
  const conversation = new Conversation({ ...stored, entries, changed: stored.changed.map(settle) }, limits);
  addConversation(world, conversation);
  for (const entry of [...stored.changed, ...entries]) {
    if (entry.kind === 'message' && entry.stream === 'streaming')
      openStream(world, { nowMs: 0 }, { conversation, entry });
  }
}

/** What the store has read, for whom it was read. */
function receiveEntries(
  world: World,
  turn: Turn,
  { request, read }: { request: EntriesRequest; read: EntriesRead },
): void {
  const { reason } = request;
  const [entry] = read.entries;
  const message = entry?.kind === 'message' ? entry : null;
  switch (reason.type) {
    case 'range':
      receiveRangeRead(world, turn, { ask: reason.ask, read });
      return;
    case 'change':
      receiveChangeTarget(world, turn, { input: reason.input, askedAtHead: reason.askedAtHead, message });
      return;
    case 'stream': {
      const conversation = world.conversations.get(request.conversationId);
      if (conversation === undefined || message === null) return;
      const { connectionId, offset } = reason;
      const current = conversation.current(message);
      if (current.kind === 'message') bringUpToDate(world, turn, { connectionId, entry: current, offset });
    }
  }
}

/** Makes the rooms that are missing, and drops what a new retention no longer keeps. */
function start(world: World, turn: Turn, rooms: readonly RoomSeed[]): void {
  for (const conversation of world.conversations.values()) dropOld(turn, conversation);
  forgetExpired(world, turn);
  for (const { id, assistant } of rooms) {
    if (world.conversations.has(id)) continue;
    // One moment makes several rooms, and each needs an epoch of its own: ids of messages are derived from it.
    const epoch = `${turn.freshId}-${world.conversations.size}`;
    foundConversation(world, turn, { id, epoch, isOpen: true, assistant, memberIds: [] });
  }
}

/** While a user is away nobody else clears what has left the window. */
function forgetExpired(world: World, turn: Turn): void {
  const expired = [...world.accounts.values()].flatMap((account) => account.dedup.dropExpired(turn.nowMs));
  if (expired.length === 0) return;
  const writes = expired.map((key): StoreWrite => ({ type: 'drop-dedup', key }));
  world.userLane.enqueue(turn, { writes, announce: () => {} });
}

function createConversation(
  world: World,
  turn: Turn,
  input: Extract<EngineInput, { type: 'conversation-created' }>,
): void {
  const { conversationId: id, memberIds, assistant } = input;
  if (world.conversations.has(id)) return;
  foundConversation(world, turn, { id, epoch: turn.freshId, isOpen: false, assistant, memberIds });
}

/** Messages that the server itself puts into a conversation; no limit applies, and nobody waits for an ack. */
function postAll(world: World, turn: Turn, input: Extract<EngineInput, { type: 'posted' }>): void {
  const conversation = world.conversations.get(input.conversationId);
  if (conversation === undefined) return;
  for (const content of input.contents) {
    const draft = { sender: input.author, content, messageId: null, inReplyTo: null, metadata: undefined };
    post(world, turn, { conversation, draft });
  }
}
