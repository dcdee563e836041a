/** One connection between a device and the server, with an end for each. */

import type { DialRequest, SocketClose, SocketHandlers, TransportSocket } from '../../../src/ports/transport.js';
import type { Gate } from './gate.js';
import { Lane } from './lane.js';
import type { DialFate, Link } from './link.js';
import type { Timeline } from './timeline.js';

export type Item =
  | { readonly kind: 'opened' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  | { readonly kind: 'reset' };

/** The server's side of all wires. */
export interface WireServer {
  accept(wire: Wire): void;
  receive(wire: Wire, text: string): void;
  /** The client closed it, or it broke. */
  lose(wire: Wire): void;
  /** Answers the handshake with a bare 403; the client hears no more than that it failed. */
  refuses?(wire: Wire): boolean;
}

export interface WireSurroundings {
  readonly number: number;
  readonly deviceIndex: number;
  readonly timeline: Timeline;
  readonly link: Link;
  readonly gate: Gate;
  readonly server: WireServer;
  readonly request: DialRequest;
  readonly handlers: SocketHandlers;
  /** The client wants a text sent, whether this can take it or not. */
  readonly onGiven: (text: string) => void;
  readonly onText: (direction: 'up' | 'down' | 'in', wire: Wire, text: string) => void;
  /** Something is about to be told of a socket that was given up. */
  readonly onLeak: (tell: () => void) => void;
  readonly onMuffled: (wire: Wire) => void;
  /** The client was given a frame, and has done with it what it does. */
  readonly onHeard: (text: string) => void;
  readonly onEnded: (wire: Wire) => void;
}

const CLOSE_BYTES = 8;
const BROKEN: SocketClose = { code: 1006, reason: '', wasClean: false };
const LATE_CLOSE_MS = 60_000;
/** The platform gives a dial up by itself after this. */
const PLATFORM_TIMEOUT_MS = 120_000;
/** The server's own heartbeat finds a dead connection within this. */
const SERVER_PATIENCE_MS = 45_000;

export class Wire implements TransportSocket {
  readonly #around: WireSurroundings;
  readonly #up: Lane<Item>;
  readonly #down: Lane<Item>;
  /** The client's end. */
  #end: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting';
  #isAbandoned = false;
  #isServed = false;
  /** When the client was through with it. */
  endedAtMs: number | null = null;

  constructor(around: WireSurroundings) {
    this.#around = around;
    const { timeline, link, gate } = around;
    this.#up = new Lane({ timeline, link, gate: null, deliver: (item) => this.#arriveAtServer(item) });
    this.#down = new Lane({ timeline, link, gate, deliver: (item) => this.#arriveAtClient(item) });
  }

  get number(): number {
    return this.#around.number;
  }

  get deviceIndex(): number {
    return this.#around.deviceIndex;
  }

  get request(): DialRequest {
    return this.#around.request;
  }

  /** CONNECTING or OPEN at the client, and not given up. */
  get isLive(): boolean {
    return !this.#isAbandoned && (this.#end === 'connecting' || this.#end === 'open');
  }

  /** Still there for the client: open, or with a close under way. */
  get isHeld(): boolean {
    return !this.#isAbandoned && this.#end !== 'closed';
  }

  get isDeafToServer(): boolean {
    return this.#down.isDead;
  }

  get isServed(): boolean {
    return this.#isServed;
  }

  get bufferedBytes(): number {
    return this.#up.bufferedBytes;
  }

  dial(fate: DialFate | null): void {
    const { timeline, link, gate, server } = this.#around;
    const travelMs = link.travelMs();
    timeline.after(PLATFORM_TIMEOUT_MS, () => this.#endAtClient(BROKEN, 'connecting'), { gate });
    if (fate === 'unanswered') return;
    if (fate === 'refused') {
      timeline.after(2 * travelMs, () => this.#endAtClient(BROKEN), { gate });
      return;
    }
    const extraMs = fate === 'late' ? 9_000 + travelMs * 40 : 0;
    timeline.after(travelMs + extraMs, () => {
      if (this.#end === 'closed' || (this.#isAbandoned && fate !== 'late')) return;
      if (server.refuses?.(this) === true) {
        timeline.after(travelMs, () => this.#endAtClient(BROKEN), { gate });
        return;
      }
      this.#isServed = true;
      this.#down.push({ kind: 'opened' }, CLOSE_BYTES);
      if (fate !== 'ungreeted') server.accept(this);
      if (fate === 'dropped') this.reset();
    });
  }

  send(text: string): boolean {
    this.#around.onGiven(text);
    if (this.#end !== 'open' || this.#isAbandoned) return false;
    this.#around.onText('up', this, text);
    this.#up.push({ kind: 'text', text }, text.length);
    return true;
  }

  close(code: number, reason: string): void {
    if (this.#end !== 'open' && this.#end !== 'connecting') return;
    const wasOpen = this.#end === 'open';
    this.#end = 'closing';
    if (wasOpen) this.#up.push({ kind: 'close', code, reason }, CLOSE_BYTES);
    else this.#around.timeline.after(1, () => this.#endAtClient(BROKEN), { gate: this.#around.gate });
    // A peer that is gone never answers; the platform then takes its time.
    const { timeline, gate } = this.#around;
    timeline.after(LATE_CLOSE_MS, () => this.#endAtClient(BROKEN), { gate });
  }

  abandon(): void {
    if (this.#isAbandoned || this.#end === 'closed') return;
    this.#isAbandoned = true;
    this.endedAtMs = this.#around.timeline.nowMs;
    this.#up.push({ kind: 'reset' }, CLOSE_BYTES);
    this.#around.onEnded(this);
  }

  /** The server writes a frame. */
  tell(text: string): void {
    if (!this.#isServed) return;
    this.#around.onText('down', this, text);
    this.#down.push({ kind: 'text', text }, text.length);
  }

  /** The server ends it cleanly. */
  finish(code: number, reason: string): void {
    if (!this.#isServed) return;
    this.#isServed = false;
    this.#down.push({ kind: 'close', code, reason }, CLOSE_BYTES);
  }

  /** It breaks: both ends hear of it, the client without a code. What was under way is gone. */
  reset(): void {
    if (!this.#isServed) return;
    this.#loseAtServer();
    this.#down.push({ kind: 'reset' }, CLOSE_BYTES);
  }

  stall(direction: 'up' | 'down', forMs: number): void {
    (direction === 'up' ? this.#up : this.#down).stall(forMs);
  }

  unstall(): void {
    this.#up.unstall();
    this.#down.unstall();
  }

  /** Frames of one direction, or of both, vanish from now on. Nobody is told; the server finds out in its own time. */
  muffle(direction: 'up' | 'down' | 'both'): void {
    if (direction !== 'down') this.#up.die();
    if (direction !== 'up') {
      this.#down.die();
      this.#around.onMuffled(this);
    }
    this.#around.timeline.after(SERVER_PATIENCE_MS, () => {
      if (this.#isServed) this.reset();
    });
  }

  /** The client's process is gone; its kernel says so. */
  die(): void {
    this.#end = 'closed';
    this.endedAtMs = this.#around.timeline.nowMs;
    this.#isAbandoned = true;
    this.#up.push({ kind: 'reset' }, CLOSE_BYTES);
  }

  #arriveAtServer(item: Item): void {
    if (!this.#isServed) return;
    if (item.kind === 'text') return this.#around.server.receive(this, item.text);
    if (item.kind === 'close') this.#down.push(item, CLOSE_BYTES);
    this.#loseAtServer();
  }

  #loseAtServer(): void {
    this.#isServed = false;
    this.#up.cut();
    this.#around.server.lose(this);
  }

  #arriveAtClient(item: Item): void {
    if (!this.#isAbandoned) return this.#tellClient(item);
    if (this.#around.link.isLeaky) this.#around.onLeak(() => this.#tellClient(item));
  }

  #tellClient(item: Item): void {
    const { handlers } = this.#around;
    switch (item.kind) {
      case 'opened':
        if (this.#end !== 'connecting') return;
        this.#end = 'open';
        return handlers.opened();
      case 'text':
        if (this.#end !== 'open') return;
        this.#around.onText('in', this, item.text);
        handlers.received(item.text);
        return this.#around.onHeard(item.text);
      case 'close':
        return this.#closeAtClient({ code: item.code, reason: item.reason, wasClean: true });
      case 'reset':
        return this.#closeAtClient(BROKEN);
    }
  }

  #closeAtClient(close: SocketClose): void {
    const { link, timeline, gate } = this.#around;
    if (!link.isCloseLate || this.#end !== 'open') return this.#endAtClient(close);
    this.#end = 'closing';
    timeline.after(LATE_CLOSE_MS, () => this.#endAtClient(close), { gate });
  }

  #endAtClient(close: SocketClose, only?: 'connecting'): void {
    if (this.#end === 'closed' || (only !== undefined && this.#end !== only)) return;
    this.#end = 'closed';
    this.endedAtMs ??= this.#around.timeline.nowMs;
    this.#down.cut();
    if (this.#isAbandoned && !this.#around.link.isLeaky) return;
    this.#around.onEnded(this);
    this.#around.handlers.closed(close);
  }
}
