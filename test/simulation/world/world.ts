/** The whole world of one run: devices, a server, the links between them, and everybody who watches. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import { defaultLimits } from '../../../examples/server/engine/limits.js';
import type { ChatMessage } from '../../../src/client/chat-message.js';
import type { DialReason } from '../../../src/core/connection/state.js';
import { isChatSocketError } from '../../../src/errors/chat-socket-error.js';
import type { PageSignal } from '../../../src/ports/page-signals.js';
import { Browser } from '../device/browser.js';
import { Device, type DeviceSetup } from '../device/device.js';
import { type Attempt, type Life, nameOf, type Told } from '../device/life.js';
import { TabChannels } from '../device/tab-channels.js';
import type { FamilyServer, FamilySetup, Host } from '../families/family.js';
import { makeFamilyServer } from '../families/make-server.js';
import { collectHooks, type Hooks } from '../invariants/hooks.js';
import type { Invariant } from '../invariants/invariant.js';
import type { ServerSetup } from '../server/server-setup.js';
import { SimulatedServer } from '../server/simulated-server.js';
import { TokenOffice } from '../server/token-office.js';
import { changesOf } from './changes-of.js';
import { describeTold } from './describe-told.js';
import { diceOf } from './dice.js';
import { framesOf } from './frames-of.js';
import type { DialFate } from './link.js';
import { SentFrame } from './sent-frame.js';
import { Timeline } from './timeline.js';
import { Trace } from './trace.js';
import type { Wire } from './wire.js';
import { type Gap, isHearsay, type Saying, type Violation } from './world-facts.js';

export interface WorldSetup {
  readonly devices: readonly DeviceSetup[];
  readonly server: ServerSetup;
  /** The servers are of this family, and nobody reaches the native one. */
  readonly family?: FamilySetup;
}

export interface WorldSurroundings {
  readonly seed: number;
  readonly setup: WorldSetup;
  readonly safetyMs: number;
  readonly invariants: readonly Invariant[];
  readonly onLine: ((line: string) => void) | null;
}

/** Midnight somewhere, as good as any. */
const START_MS = 1_767_225_600_000;
const FRAME_CHARS = 110;

export class World {
  readonly seed: number;
  readonly setup: WorldSetup;
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly office: TokenOffice;
  readonly server: SimulatedServer;
  /** Null where the server is the native one. */
  readonly family: FamilyServer | null;
  readonly devices: readonly Device[];
  /** Every attempt of every life, in the order of the calls. */
  readonly attempts: Attempt[] = [];
  readonly #attemptsById = new Map<string, Attempt>();
  readonly lives: Life[] = [];
  readonly violations: Violation[] = [];
  /** From the store to the eyes of somebody else, message by message. */
  readonly staleMs: number[] = [];
  readonly #hooks: Hooks;
  /** The server lost its memory of repeats, so a second copy is its own fault. */
  forgotDedup = false;
  /** Ends of messages that were told before `send` returned. */
  readonly #earlyEnds = new Map<string, NonNullable<Attempt['end']>>();
  readonly #browsers = new Map<number, Browser>();
  readonly #channels = new Map<number, TabChannels>();
  readonly #gaps = new Map<string, Gap[]>();
  #wires = 0;
  #texts = 0;
  /** Said by the server and not by any device. */
  readonly serverTexts = new Set<string>();
  readonly rooms: readonly string[];
  readonly messagesPerSecond: number;
  readonly faultsEndAtMs: number;

  constructor(around: WorldSurroundings) {
    this.seed = around.seed;
    this.setup = around.setup;
    this.timeline = new Timeline(around.seed, START_MS);
    this.trace = new Trace(() => this.timeline.elapsedMs, around.onLine);
    this.#hooks = collectHooks(around.invariants);
    this.office = new TokenOffice((index) => this.violate('I13', `device ${index} uses a token twice`));
    this.faultsEndAtMs = START_MS + around.safetyMs;
    this.messagesPerSecond = around.setup.server.limits.messagesPerSecond ?? defaultLimits.messagesPerSecond;
    this.rooms = around.setup.server.rooms.map(({ id }) => id);
    this.server = new SimulatedServer({
      seed: around.seed,
      timeline: this.timeline,
      setup: around.setup.server,
      office: this.office,
      userOf: (index) => this.devices[index]?.setup.userId ?? 'nobody',
      onSaid: (frame) => this.#whenSaid(frame),
      onLifeBegan: () => this.trace.note('server begins'),
    });
    this.family = makeFamilyServer(this);
    this.devices = around.setup.devices.map((setup, index) => new Device(this, index, setup));
  }

  violate(id: string, what: string): void {
    this.violations.push({ id, what, atMs: this.timeline.elapsedMs });
    this.trace.note(`VIOLATION ${id}: ${what}`);
  }

  /** What devices reach. */
  get host(): Host {
    return this.family ?? this.server;
  }

  /** A text for the server itself to say. */
  nameServerText(): string {
    const text = `server ${this.serverTexts.size + 1}`;
    this.serverTexts.add(text);
    return text;
  }

  browser(index: number): Browser {
    const browser = this.#browsers.get(index) ?? new Browser(this.timeline, diceOf(this.seed, `browser ${index}`));
    this.#browsers.set(index, browser);
    return browser;
  }

  channels(index: number): TabChannels {
    const known = this.#channels.get(index) ?? new TabChannels(this.timeline, diceOf(this.seed, `channels ${index}`));
    this.#channels.set(index, known);
    return known;
  }

  get browsers(): readonly Browser[] {
    return [...this.#browsers.values()];
  }

  nextWireNumber(): number {
    this.#wires += 1;
    return this.#wires;
  }

  /** Sends a text that no other attempt has; undefined if the client refused it. */
  send(life: Life, conversationId: string, how: Saying): Attempt | undefined {
    this.#texts += 1;
    const text = how.text ?? `${how.prefix ?? ''}t${this.#texts} `.padEnd(how.size, '.').trimEnd();
    const options = {
      ...(how.metadata === undefined ? {} : { metadata: how.metadata }),
      ...(how.ttlMs === undefined ? {} : { ttlMs: how.ttlMs }),
    };
    try {
      const outgoing = life.client.conversation(conversationId).send(text, options);
      return this.#keep(life, { conversationId, text, outgoing, ttlMs: how.ttlMs ?? null });
    } catch (thrown) {
      if (!isChatSocketError(thrown)) this.violate('DS-1', `send throws ${String(thrown)}`);
      else this.trace.note(`${nameOf(life)} send refused ${thrown.code}`);
      return undefined;
    }
  }

  close(life: Life): void {
    life.isWanted = false;
    void life.client.close();
  }

  whenTold(life: Life, told: Told): void {
    this.trace.note(`${nameOf(life)} ${told.name} ${describeTold(told)}`);
    if (told.name === 'message-acked')
      this.#settle(life, told.payload.clientMessageId, { kind: 'acked', receipt: told.payload.receipt });
    if (told.name === 'message-failed')
      this.#settle(life, told.payload.clientMessageId, { kind: 'failed', code: told.payload.error.code });
    life.toldCount += 1;
    this.#keepGap(life, told);
    if (told.name === 'message-received') this.#keepReceived(life, told.payload.message);
    if (told.name === 'status-changed') {
      life.connection = told.payload.connection;
      life.closedTold = false;
    }
    for (const hook of this.#hooks.told) hook(this, life, told);
    if (told.name === 'closed') life.closedTold = true;
  }

  whenAsked(life: Life, reason: DialReason): void {
    life.askedAtMs = this.timeline.nowMs;
    for (const hook of this.#hooks.asked) hook(this, life, reason);
  }

  /** A socket that was given up speaks all the same; nobody may hear it. */
  whenLeaked(device: Device, tell: () => void): void {
    const toldBefore = device.life?.toldCount;
    tell();
    if (device.life?.toldCount !== toldBefore)
      this.violate('I14', `device ${device.index} hears a socket that it gave up`);
  }

  whenSignalled(device: Device, signal: PageSignal): void {
    for (const hook of this.#hooks.signalled) hook(this, device, signal);
  }

  /** The promise of a logout resolved. */
  whenLoggedOut(life: Life, calledAtMs: number): void {
    for (const hook of this.#hooks.loggedOut) hook(this, life, calledAtMs);
  }

  whenMuffled(device: Device, wire: Wire): void {
    for (const hook of this.#hooks.muffled) hook(this, device, wire);
  }

  whenHeard(device: Device, text: string): void {
    for (const frame of framesOf(text)) for (const hook of this.#hooks.heard) hook(this, device, frame);
  }

  whenSnapshotChanged(life: Life, conversationId: string): void {
    const { messages } = life.client.conversation(conversationId).snapshot;
    const view = { conversationId, messages, ...changesOf(life.shown.get(conversationId) ?? [], messages) };
    life.shown.set(conversationId, messages);
    for (const hook of this.#hooks.shown) hook(this, life, view);
  }

  whenLifeEnded(life: Life): void {
    for (const hook of this.#hooks.ended) hook(this, life);
  }

  /** When all is quiet, long after the faults. */
  lookBack(): void {
    for (const hook of this.#hooks.settled) hook(this);
  }

  /** After everything that happens. */
  look(): void {
    for (const hook of this.#hooks.stepped) hook(this);
  }

  noteText(device: Device, direction: 'up' | 'down' | 'in', { wire, text }: { wire: Wire; text: string }): void {
    if (direction !== 'in') {
      this.trace.note(
        `d${device.index} w${wire.number} ${direction === 'up' ? '->' : '<-'} ${text.length} ${text.slice(0, FRAME_CHARS)}`,
      );
    }
    if (direction === 'down') return;
    const hooks = direction === 'up' ? this.#hooks.sent : this.#hooks.reached;
    for (const frame of framesOf(text)) {
      const sent = new SentFrame(wire, frame);
      for (const hook of hooks) hook(this, device, sent);
    }
  }

  noteDial(device: Device, wire: Wire, fate: DialFate | null): void {
    this.trace.note(`d${device.index} w${wire.number} dials ${fate ?? ''}`);
    for (const hook of this.#hooks.dialled) hook(this, device, wire);
  }

  noteLife(life: Life, what: string): void {
    if (what === 'begins') this.lives.push(life);
    this.trace.note(`${nameOf(life)} ${what}`);
  }

  #keep(life: Life, sent: Pick<Attempt, 'conversationId' | 'text' | 'outgoing' | 'ttlMs'>): Attempt {
    const { outgoing } = sent;
    const attempt: Attempt = {
      conversationId: sent.conversationId,
      text: sent.text,
      outgoing,
      ttlMs: sent.ttlMs,
      life,
      atMs: this.timeline.nowMs,
      durable: null,
      promised: null,
      end: null,
      endedAtMs: null,
      settledCount: 0,
      wasRetried: false,
    };
    const early = this.#earlyEnds.get(outgoing.id);
    this.attempts.push(attempt);
    this.#attemptsById.set(outgoing.id, attempt);
    life.attempts.set(outgoing.id, attempt);
    // Also the later ones of a burst.
    life.touchedAtMs = this.timeline.nowMs;
    if (early !== undefined) this.#settle(life, outgoing.id, early);
    this.trace.note(`${nameOf(life)} sends ${outgoing.id} ${sent.text.slice(0, 16)} ${sent.text.length}`);
    outgoing.persisted.then(
      ({ durable }) => {
        attempt.durable = durable;
      },
      () => {},
    );
    outgoing.acked.then(
      () => {
        attempt.promised = 'acked';
      },
      (error: unknown) => {
        attempt.promised = isChatSocketError(error) ? error.code : String(error);
      },
    );
    return attempt;
  }

  #settle(life: Life, clientMessageId: string, end: NonNullable<Attempt['end']>): void {
    const attempt = this.#attemptOf(life, clientMessageId);
    if (attempt === null) {
      this.#earlyEnds.set(clientMessageId, end);
      return;
    }
    if (attempt.life === life) attempt.settledCount += 1;
    else if (isHearsay(attempt.end, end)) return;
    attempt.end = end;
    attempt.endedAtMs = this.timeline.nowMs;
  }

  /** Of any life. */
  attemptOf(clientMessageId: string): Attempt | null {
    return this.#attemptsById.get(clientMessageId) ?? null;
  }

  /** A client may settle what an earlier one on a device of the same user stored. */
  #attemptOf(life: Life, clientMessageId: string): Attempt | null {
    return life.attempts.get(clientMessageId) ?? this.attemptOf(clientMessageId);
  }

  /** What this client was told to be lost since its history was last begun anew. */
  gapsOf(life: Life, conversationId: string): readonly Gap[] {
    return this.#gaps.get(`${nameOf(life)} ${conversationId}`) ?? [];
  }

  /** And how long after it was stored it was seen. */
  #keepReceived(life: Life, message: ChatMessage): void {
    const { id } = message;
    life.received.push(message);
    const storedAtMs = id === null ? undefined : this.server.truth.storedAtMs(id);
    if (storedAtMs !== undefined) this.staleMs.push(this.timeline.nowMs - storedAtMs);
  }

  #keepGap(life: Life, told: Told): void {
    if (told.name !== 'gap-detected' && told.name !== 'history-reset') return;
    const key = `${nameOf(life)} ${told.payload.conversationId}`;
    if (told.name === 'history-reset') this.#gaps.delete(key);
    else this.#gaps.set(key, [...(this.#gaps.get(key) ?? []), told.payload]);
  }

  #whenSaid(frame: EnvelopeServerFrame): void {
    for (const hook of this.#hooks.said) hook(this, frame);
  }
}
