/** What a transport needs around it to be put through its contract: a server whose every step the test decides. */
import type { SocketClose, Transport, TransportSocket } from '../../src/ports/transport.js';

export interface TransportHarness extends PeerServer {
  readonly transport: Transport;
}

/** The server alone; it may run in another process than the transport. */
export interface PeerServer {
  /** An address at which the server listens. */
  readonly url: string;
  /** The next dial that reached the server, not yet answered. */
  nextPeer(): Promise<Peer>;
  /** Ends the server and everything that is still connected to it. */
  dispose(): Promise<void>;
}

/** The server's side of one dial. */
export interface Peer {
  readonly subprotocols: readonly string[];
  /** Completes the handshake; null echoes no subprotocol, undefined the first one offered. */
  accept(subprotocol?: string | null): void;
  /** Refuses the handshake, like a server that closes before it accepts. */
  reject(): void;
  send(text: string): void;
  sendBinary(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Cuts the connection without a close frame. */
  drop(): void;
  /** The next text frame from the client. */
  nextText(): Promise<string>;
  /** How the connection ended, as the server saw it. */
  ended(): Promise<{ readonly code: number; readonly reason: string }>;
}

export type DialEvent =
  | { readonly type: 'opened' }
  | { readonly type: 'received'; readonly text: string }
  | { readonly type: 'received-binary'; readonly sizeBytes: number | null }
  | { readonly type: 'closed'; readonly close: SocketClose };

/** One dial with everything that it told. */
export interface RecordedDial {
  readonly socket: TransportSocket;
  readonly events: readonly DialEvent[];
  /** Resolves once there are `count` events; fails with what there was when the deadline passes. */
  until(count: number): Promise<readonly DialEvent[]>;
}

export function dial(
  harness: TransportHarness,
  request: { url?: string; subprotocols?: readonly string[] } = {},
): RecordedDial {
  const inbox = new Inbox<DialEvent>('events of the dial');
  let hasReturned = false;
  const record = (event: DialEvent) => {
    if (!hasReturned) throw new Error(`The transport called ${event.type} before open() had returned.`);
    inbox.push(event);
  };
  const socket = harness.transport.open(
    { url: request.url ?? harness.url, subprotocols: request.subprotocols ?? [] },
    {
      opened: () => record({ type: 'opened' }),
      received: (text) => record({ type: 'received', text }),
      receivedBinary: (sizeBytes) => record({ type: 'received-binary', sizeBytes }),
      closed: (close) => record({ type: 'closed', close }),
    },
  );
  hasReturned = true;
  return { socket, events: inbox.items, until: (count) => inbox.until(count) };
}

/** Passes over dials of other subprotocols that reached the server and were given up. */
export async function dialAndAccept(harness: TransportHarness, subprotocols: readonly string[] = []) {
  const dialed = dial(harness, { subprotocols });
  let peer = await harness.nextPeer();
  while (peer.subprotocols.join() !== subprotocols.join()) peer = await harness.nextPeer();
  peer.accept();
  await dialed.until(1);
  return { dialed, peer };
}

const DEADLINE_MS = 4_000;

/** Things that arrive, and waiting for them with a deadline that fails. */
export class Inbox<Item> {
  readonly items: Item[] = [];
  readonly #name: string;
  readonly #deadlineMs: number;
  readonly #waiters = new Set<() => void>();
  #takenCount = 0;

  constructor(name: string, deadlineMs = DEADLINE_MS) {
    this.#name = name;
    this.#deadlineMs = deadlineMs;
  }

  push(item: Item): void {
    this.items.push(item);
    for (const wake of [...this.#waiters]) wake();
  }

  async until(count: number): Promise<readonly Item[]> {
    if (this.items.length >= count) return this.items;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(check);
        reject(new Error(this.#describeLack(count)));
      }, this.#deadlineMs);
      const check = () => {
        if (this.items.length < count) return;
        clearTimeout(timer);
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
    });
    return this.items;
  }

  /** Each item once, in order. */
  async next(): Promise<Item> {
    this.#takenCount += 1;
    const index = this.#takenCount - 1;
    const item = (await this.until(index + 1))[index];
    if (item === undefined) throw new Error(`There is no item ${index} in ${this.#name}.`);
    return item;
  }

  #describeLack(count: number): string {
    return `Waited ${this.#deadlineMs} ms for ${count} of ${this.#name}; there were ${JSON.stringify(this.items)}.`;
  }
}

/** Lets everything that is already due in this process or page happen. */
export async function nextMacrotask(): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(() => setTimeout(resolve)));
}
