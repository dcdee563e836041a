/** How a server is broken on purpose: what comes in and goes out may be bent, and so may what is stored. */

import type { ConformanceClause } from 'chatsocket/testing';
import type { EngineLimits } from '../../../examples/server/engine/limits.js';
import type { StoredState, StoreWrite } from '../../../examples/server/engine/records.js';

export type Fields = Readonly<Record<string, unknown>>;

export interface WireFrame {
  readonly type: string;
  readonly messageId?: string | undefined;
  readonly payload: Fields;
}

export interface Incoming {
  readonly connectionId: string;
  readonly userId: string;
  readonly frame: WireFrame;
  /** Hands a frame to the engine as if it had come over this connection. */
  readonly pass: (frame: WireFrame) => void;
  /** Tells this connection something that the engine knows nothing of. */
  readonly reply: (frame: WireFrame) => void;
  /** Tells it to every connection. */
  readonly broadcast: (frame: WireFrame) => void;
  /** Ends this connection. */
  readonly hangUp: () => void;
}

export interface Outgoing {
  readonly connectionId: string;
  readonly userId: string;
  readonly frame: WireFrame;
}

/** One life of a broken server; `begin` of `Sabotage` makes one for each start. */
export interface Bend {
  /** In place of handing the frame on. */
  receive?(incoming: Incoming): void;
  /** What leaves instead: none, one, or several frames. */
  tell?(outgoing: Outgoing): readonly WireFrame[];
}

export interface Sabotage {
  /** The clause that it breaks, and the only one. */
  readonly breaks: ConformanceClause;
  /** What is wrong with the server, as a sentence. */
  readonly idea: string;
  readonly begin?: () => Bend;
  readonly limits?: Partial<EngineLimits>;
  /** In place of the text of one frame. */
  readonly spell?: (frame: WireFrame) => readonly string[];
  /** What the server reads of its store when it starts. */
  readonly load?: (stored: StoredState, startCount: number) => StoredState;
  /** What of a batch gets to the store only after the rest of it has; a crash may come between the two. */
  readonly storesLater?: (write: StoreWrite) => boolean;
  /** Tells the engine that a batch is durable before it is. */
  readonly acksEarly?: boolean;
}
