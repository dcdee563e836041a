import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import { describe, expect, it } from 'vitest';
import { ChatEngine } from '../../examples/server/engine/chat-engine.js';
import { defaultLimits } from '../../examples/server/engine/limits.js';
import type { LogEntry, MessageEntry } from '../../examples/server/engine/records.js';
import type { Effect, EngineInput } from '../../examples/server/engine/turn.js';
import { decode } from '../../src/protocols/envelope/decode.js';
import { clientFrameSchema } from '../../src/protocols/envelope/schema.js';
import { FrameMix } from './frame-mix.js';
import { heapUsedMib } from './heap.js';
import { hugeTexts } from './hostile-texts.js';

const FRAMES = 200_000;
/** By then every bounded memory is full. */
const WARM_UP = 50_000;

/** Set SEED to repeat a run. */
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const people = ['ada', 'bob', 'cy'] as const;
const prototypeKeys = [Object.prototype, Array.prototype].map((prototype) => Reflect.ownKeys(prototype));

/** An engine with a store that answers at once, and the rules that no input may break. */
class Target {
  readonly mix: FrameMix;
  readonly counts = { frames: 0, answers: 0, refusals: 0, acks: 0, events: 0, closes: 0 };
  readonly #engine: ChatEngine;
  readonly #entries = new Map<string, Map<number, LogEntry>>();
  readonly #heads = new Map<string, number>();
  /** The newest event that the onlooker, who is in every conversation it hears of, was told. */
  readonly #heard = new Map<string, number>();
  readonly #lastIds: string[] = Array.from({ length: 20 }, () => 'none yet');
  #nowMs = 1_000_000;
  #dice = 0;

  constructor() {
    this.#engine = new ChatEngine(
      {
        // No rate and no count of broken rules stands between the frames and the code; every memory is small.
        limits: {
          ...defaultLimits,
          messagesPerSecond: 1e9,
          framesPerSecond: 1e9,
          pagesPerSecond: 1e9,
          violationsMax: 400,
          retainedMax: 40,
          retentionMax: 100,
          dedupPerUserMax: 500,
          dedupWindowMs: 60_000,
          producersMax: 50,
        },
        deduplicates: true,
        heartbeatIntervalMs: 25_000,
        greetsUsers: true,
      },
      { users: [], conversations: [], dedup: [] },
    );
    this.mix = new FrameMix({ seed, union: clientFrameSchema, live: this.#live() });
    this.input({ type: 'started', rooms: [{ id: 'lobby', assistant: 'on-mention' }] });
    for (const id of people) this.#connect(id);
  }

  receive(text: string): void {
    const { mix } = this;
    this.counts.frames += 1;
    this.#nowMs += 3;
    const connectionId = mix.pick(people);
    this.input({ type: 'text-received', connectionId, text });
    if (mix.roll(50) === 0) this.#change(mix.pick(this.#lastIds));
    if (mix.roll(500) === 0) {
      this.input({ type: 'disconnected', connectionId });
      this.#connect(connectionId);
    }
  }

  input(input: EngineInput): void {
    const inputs: EngineInput[] = [input];
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      this.#dice += 1;
      const moment = { nowMs: this.#nowMs, freshId: `epoch${this.#dice}` };
      for (const effect of this.#engine.handle(next, moment)) inputs.push(...this.#perform(effect));
    }
  }

  #connect(id: (typeof people)[number]): void {
    this.input({ type: 'connected', connectionId: id, user: { id, name: id }, expiresInMs: 60_000 });
  }

  #change(messageId: string): void {
    const change = { conversationId: 'lobby', messageId, by: 'ada' };
    if (this.mix.roll(2) === 0) this.input({ type: 'message-deleted', ...change });
    else this.input({ type: 'message-edited', ...change, content: `edited ${this.counts.frames}` });
  }

  #perform(effect: Effect): readonly EngineInput[] {
    switch (effect.type) {
      case 'send':
        this.#check(effect);
        return [];
      case 'close':
        this.counts.closes += 1;
        return [{ type: 'connected', connectionId: effect.connectionId, user: userOf(effect), expiresInMs: 60_000 }];
      case 'store':
        this.#store(effect);
        return [{ type: 'stored', laneId: effect.laneId }];
      case 'read-page':
        return [{ type: 'page-read', request: effect.request, entries: this.#span(effect.request).entries }];
      case 'read-entries': {
        const { conversationId, from, to } = effect.request;
        const read = this.#span({ conversationId, after: from - 1, before: to + 1 });
        return [{ type: 'entries-read', request: effect.request, read }];
      }
      case 'redeem-token':
        return [{ type: 'token-redeemed', request: effect.request, expiresInMs: this.mix.roll(2) === 0 ? null : 9 }];
      case 'start-answer': {
        const { streamId } = effect;
        const said: EngineInput[] = [{ type: 'answer-extended', streamId, text: 'So ' }];
        // Some stay open, up to the bound.
        return this.mix.roll(3) === 0 ? said : [...said, { type: 'answer-ended', streamId, status: 'done' }];
      }
      default:
        return [];
    }
  }

  /** SV-7: places are contiguous in the log, and so are they to somebody who hears all of it. */
  #store(effect: Extract<Effect, { type: 'store' }>): void {
    for (const write of effect.writes) {
      if (write.type === 'drop-entries') {
        const log = this.#entries.get(write.conversationId);
        for (const seq of log?.keys() ?? []) if (seq < write.before) log?.delete(seq);
      }
      if (write.type !== 'put-entry') continue;
      const { conversationId, entry } = write;
      const head = this.#heads.get(conversationId) ?? 0;
      expect(entry.seq).toBeLessThanOrEqual(head + 1);
      this.#heads.set(conversationId, Math.max(head, entry.seq));
      const log = this.#entries.get(conversationId) ?? new Map<number, LogEntry>();
      this.#entries.set(conversationId, log.set(entry.seq, entry));
      if (entry.kind === 'message') this.#lastIds[this.mix.roll(20)] = entry.id;
    }
  }

  #check({ frame, connectionIds }: Extract<Effect, { type: 'send' }>): void {
    this.counts.answers += 1;
    // A new connection has missed what was said before it; its joins bring that.
    if (frame.type === 'connected' && connectionIds.includes('ada')) this.#heard.clear();
    if (frame.type === 'error') this.counts.refusals += 1;
    if (frame.type === 'ack') this.counts.acks += 1;
    const text = JSON.stringify(frame);
    const read = decode(text);
    if (!read.ok || read.frames.some(({ type }) => type === 'unknown')) expect.fail(`SEED=${seed} sent ${text}`);
    if (!connectionIds.includes('ada') || !isEvent(frame)) return;
    this.counts.events += 1;
    const { conversationId, seq = 0 } = frame.payload;
    const heard = this.#heard.get(conversationId);
    if (heard !== undefined && seq > heard + 1) expect.fail(`SEED=${seed} skipped to ${seq} in ${conversationId}`);
    this.#heard.set(conversationId, seq);
  }

  #span({ conversationId, after, before }: { conversationId: string; after: number; before: number }): {
    entries: readonly LogEntry[];
    changed: readonly MessageEntry[];
  } {
    const log = [...(this.#entries.get(conversationId)?.values() ?? [])];
    const entries = log.filter(({ seq }) => seq > after && seq < before).sort((one, other) => one.seq - other.seq);
    return { entries, changed: [] };
  }

  #live() {
    const head = () => this.#heads.get('lobby') ?? 0;
    const place = () => Math.max(1, head() - this.mix.roll(150) + 3);
    const messageId = () => (this.mix.roll(2) === 0 ? `m${this.mix.roll(2_000)}` : this.mix.pick(this.#lastIds));
    const conversations = ['lobby', 'lobby', 'lobby', 'assistant-ada', 'assistant-bob', 'nowhere'];
    return {
      conversationId: () => this.mix.pick(conversations),
      receiverId: () => this.mix.pick([...people, 'nobody']),
      messageId,
      messageIds: messageId,
      content: () => this.mix.pick(['hi', 'ho', 'hi', 'ho', '@bot hello', ' ', 'x'.repeat(5_001), '\ud800']),
      seq: place,
      from: place,
      to: () => place() + this.mix.roll(20),
      before: place,
      offset: () => this.mix.roll(6),
      limit: () => 1 + this.mix.roll(60),
    };
  }
}

const eventTypes = ['new_message', 'message_updated', 'message_deleted', 'messages_read', 'message_start'] as const;

type EventFrame = Extract<EnvelopeServerFrame, { type: (typeof eventTypes)[number] }>;

function isEvent(frame: EnvelopeServerFrame): frame is EventFrame {
  return eventTypes.some((type) => type === frame.type);
}

function userOf({ connectionId }: { connectionId: string }): { id: string; name: string } {
  return { id: connectionId, name: connectionId };
}

describe('any frames of clients', () => {
  it('S14 of 200,000 none throws, breaks the log, grows memory or touches a prototype', { timeout: 120_000 }, () => {
    const target = new Target();
    for (const text of hugeTexts()) target.receive(text);

    for (let count = 0; count < WARM_UP; count += 1) target.receive(target.mix.next());
    const before = heapUsedMib();
    while (target.counts.frames < FRAMES) target.receive(target.mix.next());
    const grownMib = heapUsedMib() - before;

    const { counts } = target;
    expect(counts.acks, `SEED=${seed}`).toBeGreaterThan(FRAMES / 200);
    expect(counts.events, `SEED=${seed}`).toBeGreaterThan(FRAMES / 200);
    expect(counts.refusals, `SEED=${seed}`).toBeGreaterThan(FRAMES / 5);
    expect(counts.closes, `SEED=${seed}`).toBeGreaterThan(0);
    expect(grownMib, `SEED=${seed}: MiB of heap`).toBeLessThan(4);
    expect([Object.prototype, Array.prototype].map((prototype) => Reflect.ownKeys(prototype))).toEqual(prototypeKeys);
  });
});
