/** A link: two sockets piped into each other, with faults that can be set while it runs. */
import type { Socket } from 'node:net';
import { Lane, type LaneFacts, type SilentBytes } from './lane.js';
import { resetSocket } from './reset-socket.js';

export type { SilentBytes } from './lane.js';

/** Which way bytes travel. */
export type Direction = 'to-server' | 'to-client';

export interface Silence {
  /** One direction only; both where it is left out. */
  readonly direction?: Direction;
  /** Default `hold`. */
  readonly bytes?: SilentBytes;
}

export interface LinkEnds {
  readonly id: number;
  /** Whose link it is: a user, where the link's maker knows. */
  readonly key: string | null;
  /** Both sockets need `allowHalfOpen`, so that an end of one direction is passed on and not answered. */
  readonly client: Socket;
  readonly server: Socket;
}

export interface LinkFacts {
  readonly id: number;
  readonly key: string | null;
  readonly isSilent: boolean;
  readonly toServer: LaneFacts;
  readonly toClient: LaneFacts;
}

/** One connection through the proxy. It is over when both of its sockets are closed. */
export class Link {
  readonly id: number;
  readonly key: string | null;
  /** Resolves when both sockets are closed. */
  readonly over: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #toServer: Lane;
  readonly #toClient: Lane;
  readonly #gone = new Set<Socket>();
  #isSilent = false;

  constructor(ends: LinkEnds) {
    this.id = ends.id;
    this.key = ends.key;
    this.#client = ends.client;
    this.#server = ends.server;
    this.#toServer = new Lane(ends.client, ends.server);
    this.#toClient = new Lane(ends.server, ends.client);
    const closes = [ends.client, ends.server].map((socket) => {
      socket.setNoDelay(true);
      // The close that follows says that there was an error; without a listener it would end the whole program.
      socket.on('error', () => undefined);
      socket.on('end', () => this.#markGone(socket));
      return new Promise<void>((resolve) => {
        socket.once('close', () => {
          this.#markGone(socket);
          resolve();
        });
      });
    });
    this.over = Promise.all(closes).then(() => this.#stopLanes());
  }

  facts(): LinkFacts {
    return {
      id: this.id,
      key: this.key,
      isSilent: this.#isSilent,
      toServer: this.#toServer.facts(),
      toClient: this.#toClient.facts(),
    };
  }

  /** Resets both connections at once; what was on its way is gone. */
  cut(): void {
    this.#stopLanes();
    resetSocket(this.#client);
    resetSocket(this.#server);
  }

  /** Half-open: bytes and ends no longer get through, and nobody is told. */
  silence({ direction, bytes = 'hold' }: Silence = {}): void {
    this.#isSilent = true;
    for (const lane of this.#lanes(direction)) lane.silence(bytes);
  }

  /** Nothing gets through for `durationMs`, then all of it in order. */
  stall(durationMs: number, direction?: Direction): void {
    for (const lane of this.#lanes(direction)) lane.stall(durationMs);
  }

  /** Adds a fixed latency to each direction; 0 takes it away. */
  delay(delayMs: number): void {
    for (const lane of this.#lanes()) lane.delay(delayMs);
  }

  byteByByte(isOn = true): void {
    for (const lane of this.#lanes()) lane.byteByByte(isOn);
  }

  /** Calls `reached` when exactly this many bytes have got through in that direction, before the one that follows. */
  markAt(direction: Direction, bytesOut: number, reached: () => void): void {
    for (const lane of this.#lanes(direction)) lane.markAt(bytesOut, reached);
  }

  /** Takes every fault away. A link that swallowed bytes has a hole in its stream, so it is cut instead. */
  heal(): void {
    this.#isSilent = false;
    const areWhole = this.#lanes().map((lane) => lane.heal());
    if (areWhole.includes(false)) this.cut();
  }

  /** A silent link tells nobody of an end, so one that both sides have left would stay for good. */
  #markGone(socket: Socket): void {
    this.#gone.add(socket);
    if (this.#isSilent && this.#gone.size === 2) this.cut();
  }

  #lanes(direction?: Direction): readonly Lane[] {
    if (direction === 'to-server') return [this.#toServer];
    if (direction === 'to-client') return [this.#toClient];
    return [this.#toServer, this.#toClient];
  }

  #stopLanes(): void {
    this.#toServer.stop();
    this.#toClient.stop();
  }
}
