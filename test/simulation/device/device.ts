/** A tab or a phone: a page, a link, a token provider, and one client after another. */

import { ChatSocketClient } from '../../../src/client/chat-socket-client.js';
import type { ChatSocketOptions } from '../../../src/client/options/options.js';
import type { DialRequest, SocketHandlers } from '../../../src/ports/transport.js';
import { withoutRenewal } from '../../support/without-renewal.js';
import { type Dice, diceOf } from '../world/dice.js';
import { framesOf } from '../world/frames-of.js';
import { Freezer, Gate } from '../world/gate.js';
import { Link, type LinkSetup } from '../world/link.js';
import { Wire } from '../world/wire.js';
import type { World } from '../world/world.js';
import type { Browser } from './browser.js';
import { EVENT_NAMES, type EventName, type Life, nameOf, type Told } from './life.js';
import { Process } from './lifetime.js';
import { Page } from './page.js';
import type { TabChannels } from './tab-channels.js';
import { TokenProvider } from './token-provider.js';

export interface DeviceSetup {
  readonly userId: string;
  /** Tabs of one browser share what it stores; null keeps the outbox in memory. */
  readonly browser: number | null;
  /** Tabs of one browser hear each other, whether it stores anything or not; without it, those that share a store do. */
  readonly tabsOf?: number;
  /** Where a browser has no locks, a tab that stands still loses its rows to another. */
  readonly hasLocks: boolean;
  readonly conversationIds: readonly string[];
  readonly link: LinkSetup;
  /** False: a token is renewed by a fresh connection. */
  readonly renewsInBand?: boolean;
  readonly options: Pick<ChatSocketOptions, 'reconnect' | 'heartbeat' | 'timeouts' | 'outbox' | 'inbox'>;
}

/** What the next events do to the client that tells them. */
export type Misdeed = 'throw' | 'send' | 'close';

/** A tab that does not renew its lease for this long counts as gone. */
const LEASE_MS = 15_000;
const RESTART_PAUSE_MS = 400;

export class Device {
  readonly index: number;
  readonly setup: DeviceSetup;
  readonly page: Page;
  readonly #gate = new Gate(new Freezer());
  readonly link: Link;
  readonly tokens: TokenProvider;
  /** When HTTP last brought it an answer. */
  answeredAtMs = Number.NEGATIVE_INFINITY;
  readonly #world: World;
  readonly #browser: Browser | null;
  readonly #dice: Dice;
  #wires: Wire[] = [];
  #life: Life | null = null;
  #lives = 0;
  #dullings = 0;
  #misdeed: { readonly kind: Misdeed; left: number } | null = null;

  constructor(world: World, index: number, setup: DeviceSetup) {
    this.#world = world;
    this.index = index;
    this.setup = setup;
    this.page = new Page((signal) => world.whenSignalled(this, signal));
    this.#browser = setup.browser === null ? null : world.browser(setup.browser);
    const { seed, timeline, office } = world;
    this.link = new Link(setup.link, timeline, diceOf(seed, `link ${index}`));
    this.#dice = diceOf(seed, `client ${index}`);
    const tokenDice = diceOf(seed, `tokens ${index}`);
    this.tokens = new TokenProvider({
      timeline,
      office,
      deviceIndex: index,
      latencyMs: () => tokenDice.whole(0, 200),
      onOverlap: () => world.violate('I13', `device ${index} asks for a token while another call is under way`),
    });
  }

  /** Those of its browser. */
  get channels(): TabChannels {
    const { tabsOf, browser } = this.setup;
    return this.#world.channels(tabsOf ?? browser ?? -1 - this.index);
  }

  get browser(): Browser | null {
    return this.#browser;
  }

  get life(): Life | null {
    return this.#life;
  }

  /** Connections that the client still holds. */
  get wires(): readonly Wire[] {
    return this.#wires;
  }

  get liveWire(): Wire | null {
    return this.#wires.find((wire) => wire.isServed) ?? null;
  }

  /** The one that takes over, or has just done so; null unless there are two. */
  get newerWire(): Wire | null {
    return this.liveSocketCount === 2 ? (this.#wires.filter(({ isLive }) => isLive).at(-1) ?? null) : null;
  }

  /** The one from which another takes over; null unless there are two. */
  get olderWire(): Wire | null {
    return this.liveSocketCount === 2 ? (this.#wires.find(({ isLive }) => isLive) ?? null) : null;
  }

  get liveSocketCount(): number {
    let count = 0;
    for (const wire of this.#wires) if (wire.isLive) count += 1;
    return count;
  }

  /** The page loads: a client is made, and nothing is left of an earlier one but what was stored. */
  start(): Life {
    this.#lives += 1;
    const process = new Process({
      timeline: this.#world.timeline,
      freezer: this.#gate.freezer,
      name: `${this.index}-${this.#lives}`,
      onBadDelay: (delayMs) => this.#world.violate('I23', `device ${this.index} starts a timer of ${delayMs} ms`),
    });
    const { options, conversationIds, userId } = this.setup;
    const store = this.#browser?.storeFor(process.gate, (id) => {
      if (this.#life?.process === process) this.#life.lostRows.add(id);
    });
    const client = new ChatSocketClient({
      ...options,
      identity: userId,
      outbox: { ...options.outbox, ...(store === undefined ? {} : { store }) },
      url: 'wss://chat.test/ws',
      token: (request) => {
        if (this.#life !== null) this.#world.whenAsked(this.#life, request.reason);
        return this.tokens.ask(request, process.gate);
      },
      ...(this.setup.renewsInBand === false ? { protocol: withoutRenewal() } : {}),
      transport: { name: 'simulated', open: (request, handlers) => this.#open(process, request, handlers) },
      clock: process,
      ids: process,
      random: this.#dice.roll,
      pageSignals: this.page,
      tabChannel: (name, hear) => this.channels.open(process.gate, name, hear),
      ...this.#world.family?.clientOptions(this, process),
    });
    const life: Life = {
      device: this,
      number: this.#lives,
      process,
      client,
      attempts: new Map(),
      joined: new Set(),
      isWanted: false,
      loggedOutAtMs: null,
      lostRows: new Set(),
      isOver: false,
      connection: client.snapshot.connection,
      closedTold: false,
      received: [],
      framesGiven: 0,
      toldCount: 0,
      askedAtMs: Number.NEGATIVE_INFINITY,
      touchedAtMs: Number.NEGATIVE_INFINITY,
      shown: new Map(),
      read: new Map(),
      olderMax: 0,
      heard: { first: new Map(), last: new Map() },
    };
    this.#life = life;
    for (const name of EVENT_NAMES) client.on(name, (payload) => this.#hear(life, { name, payload } as Told));
    // Removes itself while the others are told.
    for (const name of EVENT_NAMES) client.once(name, () => {});
    for (const name of EVENT_NAMES) client.on(name, () => countIn(life.heard.last, name));
    for (const conversationId of conversationIds) this.join(life, conversationId);
    this.#world.noteLife(life, 'begins');
    return life;
  }

  join(life: Life, conversationId: string): void {
    const conversation = life.client.conversation(conversationId);
    const isNew = !life.joined.has(conversationId);
    life.joined.add(conversationId);
    if (isNew) conversation.subscribe(() => this.#world.whenSnapshotChanged(life, conversationId));
  }

  /** The process ends in the middle of whatever it does. Another begins a little later. */
  crash(): void {
    const life = this.#life;
    if (life === null) return;
    this.#end(life);
    life.process.gate.isDead = true;
    this.#browser?.tabOf(life.process.gate)?.die();
    for (const wire of this.#wires) wire.die();
    this.#wires = [];
    this.page.forgetListeners();
    this.tokens.forgetCalls();
    this.#world.noteLife(life, 'crashes');
    this.#startAgain(life.isWanted);
  }

  /** The application lets its client go, in good order, and makes another. */
  dispose(): void {
    const life = this.#life;
    if (life === null) return;
    life.client.dispose();
    this.#end(life);
    this.#world.noteLife(life, 'is disposed');
    this.#startAgain(life.isWanted);
  }

  /** Its timers do not run as they should. */
  get isDulled(): boolean {
    return this.isFrozen || this.page.isHidden() || this.#gate.freezer.throttleMs > 0;
  }

  /** How often its page was hidden or its process held up. */
  get dullings(): number {
    return this.#dullings + this.page.hidings;
  }

  get isFrozen(): boolean {
    return this.#gate.freezer.isFrozen(this.#world.timeline.nowMs);
  }

  /** Since when it runs, or will run again. */
  get awakeFromMs(): number {
    return this.#gate.freezer.frozenUntilMs;
  }

  /** The process stands still; what happens meanwhile happens to it afterwards. Not longer than there are faults. */
  freeze(forMs: number, timerBias: number): void {
    const untilMs = Math.min(this.#world.timeline.nowMs + forMs, this.#world.faultsEndAtMs);
    this.#gate.freezer.freeze(untilMs, timerBias);
    this.#dullings += 1;
    const gate = this.#life?.process.gate;
    if (gate === undefined || this.setup.hasLocks || untilMs < this.#world.timeline.nowMs + LEASE_MS) return;
    this.#world.timeline.after(LEASE_MS, () => this.#browser?.takeOver(gate));
  }

  throttleTimers(toMs: number): void {
    this.#gate.freezer.throttleMs = toMs;
    this.#dullings += 1;
  }

  /** Something that happens on this device, whichever process runs on it then. */
  later(delayMs: number, run: () => void): void {
    this.#world.timeline.after(delayMs, run, { gate: this.#gate });
  }

  misbehave(kind: Misdeed, count: number): void {
    this.#misdeed = { kind, left: count };
  }

  heal(): void {
    this.link.heal();
    this.tokens.heal();
    this.#browser?.heal();
    this.#misdeed = null;
    this.throttleTimers(0);
    for (const wire of this.#wires) wire.unstall();
  }

  #end(life: Life): void {
    life.isOver = true;
    this.#life = null;
    this.#world.whenLifeEnded(life);
  }

  #startAgain(isWanted: boolean): void {
    this.later(RESTART_PAUSE_MS, () => {
      if (this.#life !== null) return;
      const life = this.start();
      life.isWanted = isWanted;
      if (isWanted) life.client.connect();
    });
  }

  #open(process: Process, request: DialRequest, handlers: SocketHandlers): Wire {
    const world = this.#world;
    const life = this.#life;
    const wire = new Wire({
      number: world.nextWireNumber(),
      deviceIndex: this.index,
      timeline: world.timeline,
      link: this.link,
      gate: process.gate,
      server: world.host,
      request,
      handlers,
      onGiven: (text) => {
        if (life !== null) life.framesGiven += framesOf(text).length;
      },
      onText: (direction, wire, text) => world.noteText(this, direction, { wire, text }),
      onLeak: (tell) => world.whenLeaked(this, tell),
      onMuffled: (muffled) => world.whenMuffled(this, muffled),
      onHeard: (text) => world.whenHeard(this, text),
      onEnded: (ended) => {
        this.#wires = this.#wires.filter((other) => other !== ended);
      },
    });
    this.#wires.push(wire);
    const isReachable = this.page.isOnline() && world.host.isUp;
    const fate = this.link.fate ?? (isReachable ? null : 'refused');
    world.noteDial(this, wire, fate);
    wire.dial(fate);
    return wire;
  }

  #hear(life: Life, told: Told): void {
    countIn(life.heard.first, told.name);
    this.#world.whenTold(life, told);
    const misdeed = this.#misdeed;
    if (misdeed === null || told.name === 'error' || life.isOver) return;
    misdeed.left -= 1;
    if (misdeed.left <= 0) this.#misdeed = null;
    this.#world.trace.note(`${nameOf(life)} listener of ${told.name}: ${misdeed.kind}`);
    if (misdeed.kind === 'throw') throw new Error('A listener threw.');
    if (misdeed.kind === 'close') this.#world.close(life);
    else this.#world.send(life, this.setup.conversationIds[0] ?? '', { size: 8 });
  }
}

function countIn(counts: Map<EventName, number>, name: EventName): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
