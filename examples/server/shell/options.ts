/** What the server can be told, and what it refuses to run with. */

import type { EngineLimits } from '../engine/limits.js';
import type { RoomSeed } from '../engine/turn.js';
import type { LogStore } from '../store/log-store.js';
import type { SharedStore } from '../store/shared-store.js';
import type { Logger } from './logger.js';

/** Known to everybody who has read this line, therefore good for nothing but development. */
export const DEVELOPMENT_SECRET = 'development-only-secret';

export interface ChatServerOptions {
  /** Signs session cookies. At least 16 characters; the same after every restart. */
  readonly secret: string;
  /** Pages that may talk to the server, for example `https://chat.example.com`. */
  readonly origins: readonly string[];
  /** Admits programs that send no `Origin` header. Default false. */
  readonly allowMissingOrigin?: boolean;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0, a free one. */
  readonly port?: number;
  /** Default a store in memory; one that several servers share makes this one of several. The server closes it. */
  readonly store?: LogStore | SharedStore;
  /** Default one open room, `lobby`, in which the assistant answers to “@bot”. */
  readonly rooms?: readonly RoomSeed[];
  /** Gives every user a conversation `assistant-<userId>`. Default true. */
  readonly greetsUsers?: boolean;
  readonly limits?: Partial<EngineLimits>;
  /** False shows what happens without recognising repeats. For drills only; clients are told otherwise. */
  readonly deduplicate?: boolean;
  /** Protocol-level pings; a socket that misses one is ended at the next. Default 30 s. */
  readonly heartbeatMs?: number;
  /** The rhythm announced to clients for their own pings. Default 25 s. */
  readonly clientHeartbeatMs?: number;
  /** Pause between the chunks of an answer. Default 40 ms. */
  readonly chunkIntervalMs?: number;
  readonly sessionLifetimeMs?: number;
  readonly tokenLifetimeMs?: number;
  readonly tokensPerMinute?: number;
  readonly connectionsMax?: number;
  readonly bufferedMaxBytes?: number;
  readonly payloadMaxBytes?: number;
  /** Told to clients when the server goes down: how long to wait before they return. Default 500 ms. */
  readonly retryAfterMs?: number;
  /**
   * How long the server goes on once it has told clients that it will restart, so that they can move to another one.
   * Nobody new is let in. Default 0: where there is no other, it would only keep them waiting.
   */
  readonly restartGraceMs?: number;
  /** Adds `POST /dev/*`, the faults behind “Break it”. Development only. */
  readonly devControls?: boolean;
  /** Loosens nothing by itself; allows what would be refused elsewhere. Default `NODE_ENV === 'development'`. */
  readonly isDevelopment?: boolean;
  /** Marks cookies `Secure`. Default: outside of development. */
  readonly isSecure?: boolean;
  /** Default silent. */
  readonly logger?: Logger;
  readonly now?: () => number;
  /** Called when the store fails. Default: ends the process, since nobody knows what is durable. */
  readonly onStoreFailure?: (reason: unknown) => void;
}

const SECRET_LENGTH_MIN = 16;

/** Letters, digits, “_”, “-” and “.”: safe in keys of the store, and never a key of an object's prototype. */
const ROOM_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Throws with one clear sentence where the options would make an open door or no sense. */
export function assertUsable(options: ChatServerOptions, isDevelopment: boolean): void {
  if (!isDevelopment && options.secret === DEVELOPMENT_SECRET) {
    throw new Error('The secret is the one from the example. Set SECRET to a long random text of your own.');
  }
  if (options.secret.length < SECRET_LENGTH_MIN) {
    throw new Error(`The secret has ${options.secret.length} characters. Set SECRET to at least ${SECRET_LENGTH_MIN}.`);
  }
  if (!isDevelopment && options.origins.includes('*')) {
    throw new Error('Origins hold "*", which lets every web page in. Set ORIGINS to the exact addresses of yours.');
  }
  if (!isDevelopment && options.devControls === true) {
    throw new Error('The development controls are on. They only run with NODE_ENV=development.');
  }
  const port = options.port ?? 0;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`The port is ${port}. Set PORT to a whole number from 0 to 65535.`);
  }
  for (const { id } of options.rooms ?? []) {
    if (!ROOM_ID.test(id)) throw new Error(`"${id}" cannot name a room. Use letters, digits, "_", "-" and ".".`);
  }
  assertLimits(options.limits ?? {});
}

function assertLimits(limits: Partial<EngineLimits>): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0 && Number.isFinite(value))) throw new Error(`The limit ${name} is ${value}. It must be above 0.`);
  }
}
