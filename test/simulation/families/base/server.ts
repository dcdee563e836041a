/** A model of a marketplace on Node's `ws`: envelopes and acks, a limit that names no frame, no deduplication. */

import type { Message } from '../../../../examples/node-envelope/marketplace.js';
import { RateLimit } from '../../../../examples/node-envelope/rate-limit.js';
import type { ChatSocketOptions } from '../../../../src/client/options/options.js';
import { envelopeProtocol } from '../../../../src/protocols/envelope/envelope.js';
import type { Device } from '../../device/device.js';
import type { Life } from '../../device/life.js';
import { type Dice, diceOf } from '../../world/dice.js';
import type { Wire } from '../../world/wire.js';
import type { World } from '../../world/world.js';
import type { BaseSetup, FamilyServer } from '../family.js';
import { noteMessage } from '../note-message.js';
import { Spell } from '../spell.js';
import { findDifference } from './difference.js';

export const CONVERSATION_ID = 'conversation-1';
export const USER_IDS = ['user-1', 'user-2'] as const;

const POLICY_CODE = 1008;
const RESTART_CODE = 1012;
const FRAMES_PER_SECOND = 20;
const HISTORY_MAX = 100;

export type BaseMood =
  /** Every frame is over the limit. */
  | 'rate-limited'
  /** Messages are refused, and the refusal names none. */
  | 'send-fails'
  | 'fetch-fails';

interface Session {
  readonly userId: string;
  readonly token: string;
  /** When its last frame is through: it answers in order. */
  freeAtMs: number;
}

interface Frame {
  readonly type: string;
  readonly messageId?: string;
  readonly payload?: { readonly content?: string; readonly messageIds?: readonly string[] };
}

export class BaseServer implements FamilyServer {
  readonly mood: Spell<BaseMood>;
  readonly messages: Message[] = [];
  readonly #world: World;
  readonly #setup: BaseSetup;
  readonly #dice: Dice;
  readonly #sessions = new Map<Wire, Session>();
  readonly #limits = new Map<string, RateLimit>();
  #downUntilMs = 0;

  constructor(world: World, setup: BaseSetup) {
    this.#world = world;
    this.#setup = setup;
    this.#dice = diceOf(world.seed, 'family');
    this.mood = new Spell(world.timeline);
  }

  get isUp(): boolean {
    return this.#downUntilMs <= this.#world.timeline.nowMs;
  }

  clientOptions({ setup: { userId } }: Device): Partial<ChatSocketOptions> {
    const receiverId = USER_IDS.find((id) => id !== userId);
    return {
      url: 'wss://chat.test/',
      protocol: envelopeProtocol({ tokenIn: { query: 'token' }, sendFields: { receiverId } }),
    };
  }

  /** The upgrade always succeeds, so that a browser is told why it may not stay. */
  accept(wire: Wire): void {
    if (!this.isUp) return wire.reset();
    const token = new URL(wire.request.url).searchParams.get('token') ?? '';
    const userId = this.#world.devices[wire.deviceIndex]?.setup.userId ?? 'nobody';
    this.#sessions.set(wire, { userId, token, freeAtMs: 0 });
    if (!this.#isValid(token)) return this.#turnAway(wire, 'INVALID_TOKEN', 'Invalid or expired token');
    this.#tell(wire, 'connected', { userId });
  }

  receive(wire: Wire, text: string): void {
    const session = this.#sessions.get(wire);
    if (session === undefined) return;
    if (!this.#isValid(session.token)) return this.#turnAway(wire, 'INVALID_TOKEN', 'Invalid or expired token');
    const { timeline } = this.#world;
    const verdict = this.mood.kind === 'rate-limited' ? 'dropped' : this.#count(session.userId);
    if (verdict === 'flood') return this.#turnAway(wire, 'RATE_LIMIT', 'Rate limit exceeded');
    if (verdict === 'dropped') return this.#refuse(wire, 'RATE_LIMIT');
    const dueAtMs = Math.max(timeline.nowMs, session.freeAtMs) + this.#dice.whole(0, this.#setup.storeMs);
    session.freeAtMs = dueAtMs;
    timeline.after(dueAtMs - timeline.nowMs, () => {
      if (this.#sessions.get(wire) === session) this.#perform(wire, session, JSON.parse(text));
    });
  }

  lose(wire: Wire): void {
    this.#sessions.delete(wire);
  }

  end(wire: Wire, code: number, reason = ''): void {
    wire.finish(code, reason);
    this.lose(wire);
  }

  /** The process ends, with or without a word, and another one begins after a while. */
  restart(downMs: number, hasWord: boolean): void {
    const wires = [...this.#sessions.keys()];
    this.#sessions.clear();
    this.#downUntilMs = this.#world.timeline.nowMs + downMs;
    for (const wire of wires) {
      if (hasWord) wire.finish(RESTART_CODE, '');
      else wire.reset();
    }
  }

  heal(): void {
    this.#downUntilMs = 0;
    this.mood.end();
  }

  findDifference(life: Life, conversationId: string): string | null {
    return findDifference(this.messages, life, conversationId);
  }

  #isValid(token: string): boolean {
    return this.#world.office.isValid(token, this.#world.timeline.nowMs);
  }

  /** One limit for all sockets of a user. Who has but one page must never come near it by himself. */
  #count(userId: string): ReturnType<RateLimit['take']> {
    const limit = this.#limits.get(userId) ?? new RateLimit(FRAMES_PER_SECOND);
    this.#limits.set(userId, limit);
    const verdict = limit.take(this.#world.timeline.nowMs);
    const pages = this.#world.devices.filter(({ setup }) => setup.userId === userId).length;
    if (verdict !== 'taken' && pages === 1) this.#world.violate('I15', `${userId} is over the limit with one page`);
    return verdict;
  }

  #perform(wire: Wire, { userId }: Session, { type, messageId = '', payload = {} }: Frame): void {
    switch (type) {
      case 'ping':
        return this.#tell(wire, 'pong');
      case 'join_conversation': {
        if (this.mood.kind === 'fetch-fails') return this.#refuse(wire, 'FETCH_ERROR');
        const messages = this.messages.slice(-HISTORY_MAX);
        return this.#tell(wire, 'conversation_history', { conversationId: CONVERSATION_ID, messages });
      }
      case 'send_message':
        if (this.mood.kind === 'send-fails') return this.#refuse(wire, 'SEND_ERROR');
        this.#store(userId, (payload.content ?? '').trim(), messageId);
        return this.#tell(wire, 'ack', { messageId });
      case 'typing':
      case 'stop_typing':
        return this.#tellOthers(userId, `user_${type}`, { conversationId: CONVERSATION_ID, userId });
      case 'mark_read': {
        const { messageIds = [] } = payload;
        this.#tellOthers(userId, 'messages_read', { conversationId: CONVERSATION_ID, messageIds, readBy: userId });
        return this.#tell(wire, 'ack', { messageId });
      }
    }
  }

  /** Told to every socket of both, the sender's too; the ack follows directly. */
  #store(senderId: string, content: string, name: string): void {
    const { nowMs } = this.#world.timeline;
    const seq = this.messages.length + 1;
    const message: Message = {
      id: `message-${seq}`,
      conversationId: CONVERSATION_ID,
      senderId,
      senderName: senderId,
      content,
      timestamp: new Date(nowMs).toISOString(),
      read: false,
    };
    this.messages.push(message);
    noteMessage(this.#world, { conversationId: CONVERSATION_ID, seq, senderId, content, name });
    for (const wire of this.#sessions.keys()) {
      this.#tell(wire, 'new_message', { conversationId: CONVERSATION_ID, message });
    }
  }

  #tellOthers(userId: string, type: string, payload: object): void {
    for (const [wire, session] of this.#sessions) if (session.userId !== userId) this.#tell(wire, type, payload);
  }

  #refuse(wire: Wire, code: string): void {
    this.#tell(wire, 'error', { code, message: 'No.' });
  }

  #turnAway(wire: Wire, code: string, message: string): void {
    this.#tell(wire, 'error', { code, message });
    this.end(wire, POLICY_CODE, message);
  }

  #tell(wire: Wire, type: string, payload?: object): void {
    wire.tell(JSON.stringify({ type, ...(payload !== undefined && { payload }), timestamp: 0 }));
  }
}
