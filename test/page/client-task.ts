import type { HeartbeatOptions, OutboxOptions, ReconnectOptions } from '../../src/index.js';

/** What the page with one client is asked for in its address. */
export interface ClientTask {
  readonly url: string;
  /** At once; otherwise when the test says so. */
  readonly connects: boolean;
  readonly options: ClientTaskOptions;
}

/** The options of the client that travel as JSON. */
export interface ClientTaskOptions {
  readonly identity?: string;
  readonly heartbeat?: HeartbeatOptions;
  readonly reconnect?: ReconnectOptions;
  readonly outbox?: Omit<OutboxOptions, 'store'>;
}
