/** The reference engine with a wire and a store of its own, all of it in virtual time; it can crash, and be broken. */

import type { ConformanceConnectRequest, ConformanceHooks, ConformanceOptions, ManualClock } from 'chatsocket/testing';
import { ChatEngine } from '../../../examples/server/engine/chat-engine.js';
import { defaultLimits } from '../../../examples/server/engine/limits.js';
import type { StoreWrite } from '../../../examples/server/engine/records.js';
import type { Effect, EngineInput } from '../../../examples/server/engine/turn.js';
import type { LogStore } from '../../../examples/server/store/log-store.js';
import { memoryLogStore } from '../../../examples/server/store/memory-log-store.js';
import type { Bend, Sabotage, WireFrame } from './sabotage.js';

const WIRE_DELAY_MS = 1;
const STORE_DELAY_MS = 5;
/** By then what was said is stored and told. */
const STORED_MS = 50;
const SESSION_MS = 3_600_000;

interface Link {
  readonly userId: string;
  readonly request: ConformanceConnectRequest;
}

interface Life {
  readonly engine: ChatEngine;
  readonly bend: Bend;
  readonly links: Map<string, Link>;
  isOver: boolean;
}

export class EngineServer {
  readonly #clock: ManualClock;
  readonly #sabotage: Partial<Sabotage>;
  readonly #store: LogStore = memoryLogStore();
  #life: Life | null = null;
  #startCount = 0;
  #aheadMs = 0;
  #dice = 0;
  #onStored: (() => void) | null = null;

  constructor(clock: ManualClock, sabotage: Partial<Sabotage> = {}) {
    this.#clock = clock;
    this.#sabotage = sabotage;
  }

  get connectionCount(): number {
    return this.#life?.links.size ?? 0;
  }

  async start(): Promise<void> {
    const limits = { ...defaultLimits, ...this.#sabotage.limits };
    this.#startCount += 1;
    const stored = await this.#store.load(limits.retainedMax);
    const options = { limits, deduplicates: true, heartbeatIntervalMs: 25_000, greetsUsers: false };
    const engine = new ChatEngine(options, this.#sabotage.load?.(stored, this.#startCount) ?? stored);
    this.#life = { engine, bend: this.#sabotage.begin?.() ?? {}, links: new Map(), isOver: false };
    this.#input(this.#life, { type: 'started', rooms: [] });
  }

  /** What the store has not got by now is lost. */
  async crash(): Promise<void> {
    const life = this.#runningLife();
    life.isOver = true;
    for (const { request } of life.links.values()) request.onClose();
    life.links.clear();
    await this.start();
  }

  get options(): ConformanceOptions {
    return {
      connect: (request) => this.#connect(request),
      conversation: ({ users }) => this.#createConversation(users),
      users: ['ada', 'bob'],
      hooks: this.hooks,
      clock: this.#clock,
    };
  }

  get hooks(): ConformanceHooks {
    return {
      restart: () => this.crash(),
      editMessage: ({ conversationId, id, senderId }, content) => {
        const change = { conversationId, messageId: id, by: senderId, content };
        this.#input(this.#runningLife(), { type: 'message-edited', ...change });
        return this.#pause(STORED_MS);
      },
      deleteMessage: ({ conversationId, id, senderId }) => {
        const change = { conversationId, messageId: id, by: senderId };
        this.#input(this.#runningLife(), { type: 'message-deleted', ...change });
        return this.#pause(STORED_MS);
      },
      cutRetention: async ({ conversationId, throughSeq }) => {
        await this.#pause(STORED_MS);
        await this.#store.write([{ type: 'drop-entries', conversationId, before: throughSeq + 1 }]);
        await this.crash();
      },
      advanceClock: (aheadMs) => {
        this.#aheadMs += aheadMs;
      },
      crashAfterStore: (send) => {
        return new Promise((resolve) => {
          this.#onStored = () => resolve(this.crash());
          send();
        });
      },
    };
  }

  #connect(request: ConformanceConnectRequest) {
    const life = this.#runningLife();
    const connectionId = this.#freshId('connection');
    const { user: userId } = request;
    life.links.set(connectionId, { userId, request });
    const user = { id: userId, name: userId };
    this.#later(WIRE_DELAY_MS, life, () => {
      this.#input(life, { type: 'connected', connectionId, user, expiresInMs: SESSION_MS });
    });
    return {
      send: (text: string) =>
        this.#later(WIRE_DELAY_MS, life, () => this.#receive(life, { connectionId, userId, text })),
      close: () => {
        if (!life.links.delete(connectionId)) return;
        this.#input(life, { type: 'disconnected', connectionId });
        request.onClose();
      },
    };
  }

  #createConversation(users: readonly string[]): string {
    const conversationId = this.#freshId('conversation');
    const creation = { conversationId, memberIds: users, assistant: 'never' as const };
    this.#input(this.#runningLife(), { type: 'conversation-created', ...creation });
    return conversationId;
  }

  #receive(life: Life, { connectionId, userId, text }: { connectionId: string; userId: string; text: string }): void {
    const hand = (handed: string) => this.#input(life, { type: 'text-received', connectionId, text: handed });
    const { receive } = life.bend;
    if (receive === undefined) {
      hand(text);
      return;
    }
    receive({
      connectionId,
      userId,
      frame: readFrame(text),
      pass: (frame) => hand(JSON.stringify(frame)),
      reply: (frame) => this.#deliver(life, connectionId, frame),
      broadcast: (frame) => {
        for (const id of life.links.keys()) this.#deliver(life, id, frame);
      },
      hangUp: () => this.#hangUp(life, connectionId),
    });
  }

  #input(life: Life, input: EngineInput): void {
    if (life.isOver) return;
    const moment = { nowMs: this.#clock.nowMs() + this.#aheadMs, freshId: this.#freshId('epoch') };
    for (const effect of life.engine.handle(input, moment)) this.#perform(life, effect);
  }

  #perform(life: Life, effect: Effect): void {
    switch (effect.type) {
      case 'send':
        for (const connectionId of effect.connectionIds) this.#tell(life, connectionId, readFrame(effect.frame));
        return;
      case 'close':
        this.#hangUp(life, effect.connectionId);
        return;
      case 'store':
        this.#write(life, effect);
        return;
      case 'read-page': {
        const { request } = effect;
        void this.#store
          .readPage(request)
          .then((entries) => this.#input(life, { type: 'page-read', request, entries }));
        return;
      }
      case 'read-entries': {
        const { request } = effect;
        void this.#store
          .readEntries(request)
          .then((read) => this.#input(life, { type: 'entries-read', request, read }));
        return;
      }
      case 'change-settled':
      case 'redeem-token':
      case 'start-answer':
      case 'stop-answer':
        return;
    }
  }

  #write(life: Life, { laneId, writes }: { laneId: string; writes: readonly StoreWrite[] }): void {
    const isLate = this.#sabotage.storesLater ?? (() => false);
    const late = writes.filter(isLate);
    const isMessage = writes.some((write) => write.type === 'put-entry');
    const stored = () => this.#input(life, { type: 'stored', laneId });
    const acksEarly = this.#sabotage.acksEarly === true;
    const told = acksEarly ? () => {} : stored;
    if (acksEarly) this.#later(0, life, stored);
    this.#later(STORE_DELAY_MS, life, async () => {
      await this.#store.write(writes.filter((write) => !isLate(write)));
      const crash = isMessage ? this.#onStored : null;
      if (crash !== null) {
        this.#onStored = null;
        crash();
      } else if (late.length > 0) this.#later(STORE_DELAY_MS, life, () => this.#store.write(late).then(told));
      else told();
    });
  }

  #tell(life: Life, connectionId: string, frame: WireFrame): void {
    const link = life.links.get(connectionId);
    if (link === undefined) return;
    const frames = life.bend.tell?.({ connectionId, userId: link.userId, frame }) ?? [frame];
    for (const one of frames) this.#deliver(life, connectionId, one);
  }

  #deliver(life: Life, connectionId: string, frame: WireFrame): void {
    const texts = this.#sabotage.spell?.(frame) ?? [JSON.stringify(frame)];
    this.#later(WIRE_DELAY_MS, life, () => {
      for (const text of texts) life.links.get(connectionId)?.request.onText(text);
    });
  }

  /** Nothing of a life happens after its end. */
  #later(delayMs: number, life: Life, work: () => unknown): void {
    this.#clock.startTimer(() => {
      if (!life.isOver) void work();
    }, delayMs);
  }

  #hangUp(life: Life, connectionId: string): void {
    life.links.get(connectionId)?.request.onClose();
    life.links.delete(connectionId);
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.startTimer(resolve, delayMs);
    });
  }

  #runningLife(): Life {
    if (this.#life === null) throw new Error('The server has not started.');
    return this.#life;
  }

  #freshId(what: string): string {
    this.#dice += 1;
    return `${what}-${this.#dice}`;
  }
}

/** As it looks on the wire. Both ends of it are held to the protocol's schema elsewhere. */
function readFrame(frame: unknown): WireFrame {
  const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
  // Only what the kit and the engine write comes here, and both write envelopes.
  const json = JSON.parse(text) as WireFrame;
  return { ...json, payload: json.payload ?? {} };
}
