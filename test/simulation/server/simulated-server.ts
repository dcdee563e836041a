/** The real engine, with a process that crashes, a store that takes its time, and a mouth that misbehaves. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import { ChatEngine } from '../../../examples/server/engine/chat-engine.js';
import { defaultLimits, type EngineLimits } from '../../../examples/server/engine/limits.js';
import type { StoredState, StoreWrite } from '../../../examples/server/engine/records.js';
import type { Effect, EngineInput } from '../../../examples/server/engine/turn.js';
import { batchTexts } from '../../../examples/server/shell/batch-texts.js';
import type { LogStore } from '../../../examples/server/store/log-store.js';
import { memoryLogStore } from '../../../examples/server/store/memory-log-store.js';
import { type Dice, diceOf } from '../world/dice.js';
import { framesOf } from '../world/frames-of.js';
import type { Timeline } from '../world/timeline.js';
import type { Wire, WireServer } from '../world/wire.js';
import { AnswerWriter } from './answer-writer.js';
import { Gatekeeper } from './gatekeeper.js';
import { Mouth } from './mouth.js';
import type { ServerSetup } from './server-setup.js';
import type { Tamper } from './tamper.js';
import { readToken, type TokenOffice } from './token-office.js';
import { Truth } from './truth.js';

export interface ServerSurroundings {
  readonly seed: number;
  readonly timeline: Timeline;
  readonly setup: ServerSetup;
  readonly office: TokenOffice;
  readonly userOf: (deviceIndex: number) => string;
  /** Every frame that the server wanted to send, before anything happens to it. */
  readonly onSaid: (frame: EnvelopeServerFrame) => void;
  readonly onLifeBegan: () => void;
}

/** What becomes of the writes that are under way when the process ends. */
export type CrashPoint = 'before-store' | 'after-store';
/** What the next process finds. */
export type Memory = 'all' | 'no-dedup' | 'nothing';

const WARN_BEFORE_MS = 20_000;
/** Sessions this long outlive every run. */
const SESSION_ENDLESS_MS = 3_600_000;

export class SimulatedServer implements WireServer {
  readonly truth = new Truth();
  readonly #around: ServerSurroundings;
  readonly #dice: Dice;
  readonly #gatekeeper: Gatekeeper;
  readonly #answers: AnswerWriter;
  readonly #mouths = new Map<string, Mouth>();
  readonly #inputs: EngineInput[] = [];
  #store: LogStore = memoryLogStore();
  #engine: ChatEngine | null = null;
  #pending = new Set<readonly StoreWrite[]>();
  #life = 0;
  #freshIds = 0;
  #storeSlowUntilMs = 0;
  #isRunning = false;

  constructor(around: ServerSurroundings) {
    this.#around = around;
    this.#dice = diceOf(around.seed, 'server');
    this.#gatekeeper = new Gatekeeper(around.timeline);
    this.#answers = new AnswerWriter(around.timeline, diceOf(around.seed, 'answers'), (input) => this.dispatch(input));
    this.#begin({ users: [], conversations: [], dedup: [] });
  }

  get isUp(): boolean {
    return this.#engine !== null;
  }

  get gatekeeper(): Gatekeeper {
    return this.#gatekeeper;
  }

  accept(wire: Wire): void {
    const deviceIndex = this.#around.office.redeem(
      readToken(wire.request.subprotocols) ?? '',
      this.#around.timeline.nowMs,
    );
    if (this.#engine === null) return wire.reset();
    if (deviceIndex === null) return wire.finish(4401, 'Unauthorized');
    const connectionId = nameOf(wire);
    this.#mouths.set(connectionId, new Mouth(wire, this.#limits.batchMax > 1));
    const id = this.#around.userOf(deviceIndex);
    const { sessionMs } = this.#around.setup;
    this.dispatch({ type: 'connected', connectionId, user: { id, name: id }, expiresInMs: sessionMs });
    this.#watchSession(wire, sessionMs);
  }

  receive(wire: Wire, text: string): void {
    const connectionId = nameOf(wire);
    if (this.#engine === null || !this.#mouths.has(connectionId)) return;
    const judgements = framesOf(text).map((frame) => this.#gatekeeper.judge(frame));
    for (const judgement of judgements) {
      if (judgement.kind === 'close') return this.end(wire, judgement.code, 'Refused');
      if (judgement.kind === 'refuse') this.say(wire, judgement.frame);
    }
    const passed = judgements.flatMap((judgement) => (judgement.kind === 'pass' ? judgement.text : []));
    for (const some of batchTexts(passed)) this.dispatch({ type: 'text-received', connectionId, text: some });
  }

  lose(wire: Wire): void {
    if (this.#mouths.delete(nameOf(wire))) this.dispatch({ type: 'disconnected', connectionId: nameOf(wire) });
  }

  /** Ends one connection cleanly. */
  end(wire: Wire, code: number, reason = ''): void {
    wire.finish(code, reason);
    this.lose(wire);
  }

  /** What the server is writing, all of it; null for what is no answer. */
  textOfAnswer(id: string): string | null {
    return this.#answers.textOf(id);
  }

  tamperOf(wire: Wire): Tamper | null {
    return this.#mouths.get(nameOf(wire))?.tamper ?? null;
  }

  /** Says something to one client that the engine never meant to say. */
  say(wire: Wire, frame: EnvelopeServerFrame): void {
    const mouth = this.#mouths.get(nameOf(wire));
    mouth?.tell(frame, null);
    mouth?.flush();
  }

  sayRaw(wire: Wire, text: string): void {
    wire.tell(text);
  }

  dispatch(input: EngineInput): void {
    this.#inputs.push(input);
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) this.#turn(next);
    this.#isRunning = false;
  }

  slowStore(forMs: number): void {
    this.#storeSlowUntilMs = this.#around.timeline.nowMs + forMs;
  }

  /** The process ends, with or without a word to its clients, and another begins after a while. */
  restart(crash: {
    readonly point: CrashPoint;
    readonly memory: Memory;
    readonly downMs: number;
    readonly code: number | null;
  }): void {
    if (this.#engine === null) return;
    this.#engine = null;
    this.#life += 1;
    this.#answers.stopAll();
    const pending = [...this.#pending];
    this.#pending.clear();
    if (crash.point === 'after-store') for (const writes of pending) void this.#write(writes);
    for (const { wire } of [...this.#mouths.values()]) {
      if (crash.code === null) wire.reset();
      else this.end(wire, crash.code, 'Restart');
    }
    this.#mouths.clear();
    this.#inputs.length = 0;
    this.#around.timeline.after(crash.downMs, () => void this.#comeBack(crash.memory));
  }

  heal(): void {
    this.#storeSlowUntilMs = 0;
    this.#gatekeeper.heal();
    for (const mouth of this.#mouths.values()) {
      mouth.heal();
      mouth.flush();
    }
  }

  async #comeBack(memory: Memory): Promise<void> {
    if (memory === 'nothing') this.#store = memoryLogStore();
    const stored = await this.#store.load(this.#limits.retainedMax);
    this.#begin(memory === 'all' ? stored : { ...stored, dedup: [] });
  }

  #begin(stored: StoredState): void {
    const { setup } = this.#around;
    this.#engine = new ChatEngine(
      { limits: this.#limits, deduplicates: true, heartbeatIntervalMs: setup.heartbeatIntervalMs, greetsUsers: false },
      stored,
    );
    this.#around.onLifeBegan();
    this.dispatch({ type: 'started', rooms: setup.rooms });
  }

  #turn(input: EngineInput): void {
    if (this.#engine === null) return;
    this.#freshIds += 1;
    const moment = { nowMs: this.#nowMs, freshId: `e${this.#life}-${this.#freshIds}` };
    for (const effect of this.#engine.handle(input, moment)) this.#perform(effect);
    for (const mouth of this.#mouths.values()) mouth.flush();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'send': {
        this.#around.onSaid(effect.frame);
        const text = JSON.stringify(effect.frame);
        for (const connectionId of effect.connectionIds) this.#mouths.get(connectionId)?.tell(effect.frame, text);
        return;
      }
      case 'close': {
        const mouth = this.#mouths.get(effect.connectionId);
        this.#mouths.delete(effect.connectionId);
        mouth?.flush();
        mouth?.wire.finish(effect.code, effect.reason);
        return;
      }
      case 'store':
        return this.#commit(effect.laneId, effect.writes);
      case 'read-page':
        return this.#answer(this.#store.readPage(effect.request), (entries) => {
          this.dispatch({ type: 'page-read', request: effect.request, entries });
        });
      case 'read-entries':
        return this.#answer(this.#store.readEntries(effect.request), (read) => {
          this.dispatch({ type: 'entries-read', request: effect.request, read });
        });
      case 'change-settled':
        return;
      case 'redeem-token': {
        const isGood = this.#around.office.redeem(effect.token, this.#around.timeline.nowMs) !== null;
        const expiresInMs = isGood ? this.#around.setup.sessionMs : null;
        const wire = this.#mouths.get(effect.request.connectionId)?.wire;
        if (wire !== undefined && expiresInMs !== null) this.#watchSession(wire, expiresInMs);
        return this.dispatch({ type: 'token-redeemed', request: effect.request, expiresInMs });
      }
      case 'start-answer':
        return this.#answers.start(effect.streamId);
      case 'stop-answer':
        return this.#answers.stop(effect.streamId);
    }
  }

  #commit(laneId: string, writes: readonly StoreWrite[]): void {
    const life = this.#life;
    this.#pending.add(writes);
    this.#around.timeline.after(this.#storeDelayMs(), () => {
      if (!this.#pending.delete(writes)) return;
      this.#answer(this.#write(writes), () => {
        if (life === this.#life) this.dispatch({ type: 'stored', laneId });
      });
    });
  }

  async #write(writes: readonly StoreWrite[]): Promise<void> {
    for (const write of writes) this.truth.apply(write, this.#around.timeline.nowMs);
    await this.#store.write(writes);
  }

  #answer<Result>(work: Promise<Result>, onDone: (result: Result) => void): void {
    void work.then(onDone);
  }

  #storeDelayMs(): number {
    const slowMs = this.#storeSlowUntilMs > this.#around.timeline.nowMs ? 1_500 : 0;
    return this.#dice.whole(0, this.#around.setup.storeMs) + slowMs;
  }

  /** Warns ahead of the end of a session, and then ends it. A renewal begins a new watch, which outlives this one. */
  #watchSession(wire: Wire, sessionMs: number): void {
    if (sessionMs >= SESSION_ENDLESS_MS) return;
    const { timeline } = this.#around;
    const endsAtMs = timeline.nowMs + sessionMs;
    this.#gatekeeper.sessionEndsAtMs.set(wire, endsAtMs);
    const isLatest = () => this.#gatekeeper.sessionEndsAtMs.get(wire) === endsAtMs && this.#mouths.has(nameOf(wire));
    timeline.after(Math.max(0, sessionMs - WARN_BEFORE_MS), () => {
      const expiresInMs = endsAtMs - timeline.nowMs;
      if (isLatest()) this.dispatch({ type: 'expiry-near', connectionId: nameOf(wire), expiresInMs });
    });
    timeline.after(sessionMs, () => {
      if (isLatest()) this.end(wire, 4401, 'Expired');
    });
  }

  get #limits(): EngineLimits {
    return { ...defaultLimits, batchMax: 1, ...this.#around.setup.limits };
  }

  get #nowMs(): number {
    return this.#around.timeline.nowMs + this.#around.setup.clockOffsetMs;
  }
}

function nameOf(wire: Wire): string {
  return `w${wire.number}`;
}
