/** One step of the machine: the state after an event, and what the shell must do. */

import type { CloseCause } from './close-cause.js';
import type { ConnectionCommand } from './command.js';
import type { ConnectionState } from './state.js';

export type Step = readonly [next: ConnectionState, commands: readonly ConnectionCommand[]];

/** The world as it was when the event happened; read once per event, so any run can be replayed. */
export interface Context {
  readonly nowMs: number;
  /** One roll of the dice, in [0, 1). */
  readonly roll: number;
  /** When the last frame came in on the current socket; 0 if none did. */
  readonly heardAtMs: number;
  /** A hint: true where nobody can tell. */
  readonly isOnline: boolean;
  readonly policy: ConnectionPolicy;
}

/** The options that steer the connection, all resolved. Times are milliseconds. */
export interface ConnectionPolicy {
  readonly delayFirstMs: number;
  readonly delayMaxMs: number;
  readonly factor: number;
  readonly attemptsMax: number;
  readonly stableAfterMs: number;
  readonly dialsPerMinuteMax: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly pingWhenIdleOnly: boolean;
  /** False where a server may never answer a ping; then silence means nothing until it has answered one. */
  readonly peerAnswersPings: boolean;
  readonly tokenMs: number;
  readonly connectMs: number;
  readonly closeMs: number;
  /** The application's own reading of a close; undefined leaves it to the table. Must not throw. */
  readonly shouldRetry: (cause: CloseCause) => boolean | undefined;
}

export function go<Next extends ConnectionState>(
  next: Next,
  ...commands: ConnectionCommand[]
): readonly [Next, readonly ConnectionCommand[]] {
  return [next, commands];
}

/** The same step, with what has to be ended before it. */
export function endingFirst(ending: ConnectionCommand, [next, commands]: Step): Step {
  return [next, [ending, ...commands]];
}

export function stay<Same extends ConnectionState>(state: Same): readonly [Same, readonly ConnectionCommand[]] {
  return [state, NO_COMMANDS];
}

const NO_COMMANDS: readonly ConnectionCommand[] = [];
