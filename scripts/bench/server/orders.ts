/** What the bench tells its programs, and what they answer: one answer to each order, in their order. */

/** Conversations of this many members; each member has one connection. */
export const MEMBERS = 5;

export function roomOf(seat: number): string {
  return `bench-${Math.floor(seat / MEMBERS)}`;
}

export type ServerOrder =
  /** One token for each of these seats. */
  | { readonly type: 'tokens'; readonly first: number; readonly count: number }
  | { readonly type: 'state' }
  | { readonly type: 'usage' };

/** After a collection. */
export interface ServerState {
  readonly connections: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

export interface Usage {
  /** Processor time since the program began. */
  readonly cpuMs: number;
  /** How late the program came to a timer, since this was asked last. */
  readonly lagP99Ms: number;
}

export interface Seat {
  readonly seat: number;
  readonly token: string;
}

export interface DialOrder {
  readonly type: 'dial';
  readonly port: number;
  /** Where the connections come from, so that no address runs out of ports; null leaves it to the system. */
  readonly localAddress: string | null;
  readonly seats: readonly Seat[];
}

export interface TalkOrder {
  readonly type: 'talk';
  readonly perSecond: number;
  /** Marks what is said in this round. */
  readonly round: number;
  /** Talked ahead of the measuring, and not counted. */
  readonly warmUpMs: number;
  readonly measuredMs: number;
  readonly seed: number;
}

export type LoadOrder = DialOrder | TalkOrder | { readonly type: 'usage' };

/** The content of the message with this place in its round. What is said to warm up is not like it. */
export function contentOf(round: number, place: number): string {
  return `${round}.${place}`;
}

export interface TalkFigures {
  readonly sent: number;
  /** Copies that the others have to hear. */
  readonly expected: number;
  /** From `send()` at one socket to the message at each of the others of its conversation. */
  readonly receiptsMs: readonly number[];
  /** From `send()` to the ack at the same socket. */
  readonly acksMs: readonly number[];
  /** How late each send was beside its plan: what the load itself could not keep up with. */
  readonly lateMs: readonly number[];
  /** Copies that came a second time. */
  readonly doubled: number;
  /** Connections that are not open any more. */
  readonly ended: number;
}
