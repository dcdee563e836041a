/** The engine under test without a shell: time stands still unless told, and the store answers when told. */

import type { EnvelopeClientFrame, EnvelopeServerFrame } from 'chatsocket/schemas';
import { ChatEngine } from '../../../examples/server/engine/chat-engine.js';
import { defaultLimits, type EngineLimits } from '../../../examples/server/engine/limits.js';
import type { StoredState } from '../../../examples/server/engine/records.js';
import type { Effect, EngineInput } from '../../../examples/server/engine/turn.js';

export interface BenchOptions {
  readonly limits?: Partial<EngineLimits>;
  readonly deduplicates?: boolean;
  readonly stored?: StoredState;
  /** Off, the store answers only to `store()`. */
  readonly storesAtOnce?: boolean;
  readonly rooms?: readonly string[];
  readonly nowMs?: number;
  /** Makes it one of several that share a store. */
  readonly serverId?: string;
}

type FrameByType = { [Frame in EnvelopeServerFrame as Frame['type']]: Frame };

const empty: StoredState = { users: [], conversations: [], dedup: [] };

/** Generous, so that only tests about rates meet them. */
const calm: Partial<EngineLimits> = { messagesPerSecond: 10_000, framesPerSecond: 30_000, pagesPerSecond: 10_000 };

export class EngineBench {
  readonly engine: ChatEngine;
  readonly effects: Effect[] = [];
  nowMs = 1_000_000;
  readonly #storesAtOnce: boolean;
  readonly #unstored: string[] = [];
  readonly #serverId: string;
  #dice = 0;

  constructor(options: BenchOptions = {}) {
    this.#storesAtOnce = options.storesAtOnce ?? true;
    this.nowMs = options.nowMs ?? this.nowMs;
    this.#serverId = options.serverId ?? '';
    this.engine = new ChatEngine(
      {
        limits: { ...defaultLimits, ...calm, ...options.limits },
        deduplicates: options.deduplicates ?? true,
        heartbeatIntervalMs: 25_000,
        greetsUsers: false,
        ...(options.serverId === undefined ? {} : { serverId: options.serverId }),
      },
      options.stored ?? empty,
    );
    const rooms = (options.rooms ?? ['lobby']).map((id) => ({ id, assistant: 'on-mention' as const }));
    this.input({ type: 'started', rooms });
    if (this.#storesAtOnce) this.storeAll();
  }

  input(input: EngineInput): void {
    this.#dice += 1;
    for (const effect of this.engine.handle(input, {
      nowMs: this.nowMs,
      freshId: `${this.#serverId}epoch${this.#dice}`,
    })) {
      this.effects.push(effect);
      if (effect.type === 'store') this.#unstored.push(effect.laneId);
    }
    if (this.#storesAtOnce) this.storeAll();
  }

  /** The store finishes the batches that are under way, and those that follow from them. */
  storeAll(): void {
    for (let laneId = this.#unstored.shift(); laneId !== undefined; laneId = this.#unstored.shift()) {
      this.input({ type: 'stored', laneId });
    }
  }

  connect(connectionId: string, userId = connectionId): void {
    const user = { id: userId, name: userId.toUpperCase() };
    this.input({ type: 'connected', connectionId, user, expiresInMs: 60_000 });
  }

  disconnect(connectionId: string): void {
    this.input({ type: 'disconnected', connectionId });
  }

  receive(connectionId: string, frame: EnvelopeClientFrame): void {
    this.input({ type: 'text-received', connectionId, text: JSON.stringify(frame) });
  }

  send(connectionId: string, messageId: string, options: SendOptions = {}): void {
    const { conversationId = 'lobby', content = messageId, producer, metadata } = options;
    const payload = {
      conversationId,
      content,
      ...(producer === undefined ? {} : { producer: { id: 'p', seq: producer } }),
      ...(metadata === undefined ? {} : { metadata }),
    };
    this.receive(connectionId, { type: 'send_message', messageId, payload });
  }

  join(connectionId: string, options: Omit<JoinPayload, 'conversationId'> & { conversationId?: string } = {}): void {
    const { conversationId = 'lobby', ...rest } = options;
    this.receive(connectionId, { type: 'join_conversation', payload: { conversationId, ...rest } });
  }

  fetchRange(connectionId: string, [from, to]: readonly [number, number], messageId?: string): void {
    const named = messageId === undefined ? {} : { messageId };
    this.receive(connectionId, { type: 'fetch_range', ...named, payload: { conversationId: 'lobby', from, to } });
  }

  edit(messageId: string, content: string, changeId = `edit ${messageId}`): void {
    const change = { conversationId: 'lobby', messageId, content, by: 'ada', changeId };
    this.input({ type: 'message-edited', ...change });
  }

  delete(messageId: string, changeId = `delete ${messageId}`): void {
    this.input({ type: 'message-deleted', conversationId: 'lobby', messageId, by: 'ada', changeId });
  }

  outcomeOf(changeId: string): string | undefined {
    const settled = this.effects.findLast((effect) => {
      return effect.type === 'change-settled' && effect.changeId === changeId;
    });
    return settled?.type === 'change-settled' ? settled.outcome : undefined;
  }

  /** Everything that this connection was told, in order. */
  framesOf(connectionId: string): readonly EnvelopeServerFrame[] {
    return this.effects.flatMap((effect) => {
      return effect.type === 'send' && effect.connectionIds.includes(connectionId) ? [effect.frame] : [];
    });
  }

  framesOfType<Type extends keyof FrameByType>(connectionId: string, type: Type): readonly FrameByType[Type][] {
    return this.framesOf(connectionId).filter((frame): frame is FrameByType[Type] => frame.type === type);
  }

  last<Type extends keyof FrameByType>(connectionId: string, type: Type): FrameByType[Type]['payload'] {
    const frame = this.framesOfType(connectionId, type).at(-1);
    if (frame === undefined) throw new Error(`${connectionId} was never told ${type}`);
    return frame.payload;
  }

  closesOf(connectionId: string): readonly number[] {
    return this.effects.flatMap((effect) => {
      return effect.type === 'close' && effect.connectionId === connectionId ? [effect.code] : [];
    });
  }
}

interface SendOptions {
  readonly conversationId?: string;
  readonly content?: string;
  readonly producer?: number;
  readonly metadata?: unknown;
}

type JoinPayload = Extract<EnvelopeClientFrame, { type: 'join_conversation' }>['payload'];
