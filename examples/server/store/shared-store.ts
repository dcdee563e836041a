/** The port to a store that several servers write to, and through which they hear of each other. */

import type { StoreWrite } from '../engine/records.js';
import type { Typing } from '../engine/turn.js';
import type { LogStore } from './log-store.js';
import type { TokenVault } from './token-vault.js';

/** Told to every other server, and stored nowhere. */
export type Signal = Typing | { readonly type: 'sign-out'; readonly userId: string };

/** What has become durable or was said, in the one order in which every server hears it. */
export type News =
  | { readonly type: 'stored-here'; readonly laneId: string }
  | { readonly type: 'stored-elsewhere'; readonly laneId: string; readonly writes: readonly StoreWrite[] }
  | { readonly type: 'signal'; readonly signal: Signal };

export interface SharedStore extends LogStore {
  /** Names this server among the others. */
  readonly serverId: string;
  /** Connection tokens that are good at every server. */
  readonly tokens: TokenVault;
  /** Tells all that has come since `load` read, and whatever comes; `onFailure` where no more can be told. */
  follow(onNews: (news: News) => void, onFailure: (reason: unknown) => void): void;
  /**
   * One atomic batch. It is written only if this server has been told of everything that was written in this lane; else
   * what another has written is on its way. Resolves either way: the news says which.
   */
  offer(laneId: string, writes: readonly StoreWrite[]): Promise<void>;
  signal(signal: Signal): Promise<void>;
  /** Resolves once all has been told that was written before the call. */
  caughtUp(): Promise<void>;
  /** Those of the named servers that have not shown any life for some seconds. */
  goneOf(serverIds: readonly string[]): Promise<readonly string[]>;
}

/** Null for a store that nobody else writes to. */
export function sharedStore(store: LogStore | SharedStore): SharedStore | null {
  return 'offer' in store ? store : null;
}
