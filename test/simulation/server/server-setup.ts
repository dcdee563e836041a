/** What kind of server a run has. */

import type { EngineLimits } from '../../../examples/server/engine/limits.js';
import type { RoomSeed } from '../../../examples/server/engine/turn.js';

export interface ServerSetup {
  readonly rooms: readonly RoomSeed[];
  readonly limits: Partial<EngineLimits>;
  readonly heartbeatIntervalMs: number;
  readonly storeMs: number;
  /** How long a connection may go on after its handshake. */
  readonly sessionMs: number;
  /** How far the server's clock is off. */
  readonly clockOffsetMs: number;
}
