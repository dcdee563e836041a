/** Faults as data: which connection, when, and what happens to it. The form of a rule is JSON. */

import type { Direction, SilentBytes } from '../../examples/play/link.js';

export interface Rule {
  /** Connections through the proxy, counted from 1; both ends belong to the range. */
  readonly match: { readonly from: number; readonly to: number };
  readonly when: Moment;
  readonly action: Action;
}

export type Moment =
  /** Before the first byte. */
  | { readonly type: 'dialled' }
  /** Exactly so many bytes have got through, the handshake counted. */
  | { readonly type: 'bytes'; readonly direction: Direction; readonly count: number }
  /** So long after the connection was made. */
  | { readonly type: 'after'; readonly delayMs: number };

export type Action =
  /** A reset of both sides; at `dialled`, a dial that is refused. */
  | { readonly type: 'cut' }
  /** Nothing gets through for so long, then all of it. */
  | { readonly type: 'stall'; readonly durationMs: number; readonly direction?: Direction }
  /** Half-open: nobody is told. */
  | { readonly type: 'silence'; readonly direction?: Direction; readonly bytes?: SilentBytes }
  | { readonly type: 'delay'; readonly delayMs: number }
  | { readonly type: 'byte-by-byte' };
