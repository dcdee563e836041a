/** What a page asks of the worker with a client in it, and what the worker tells after every change. */
import type { DeliveryStatus } from '../../../src/index.js';

export type WorkerQuestion =
  | {
      readonly type: 'start';
      readonly url: string;
      /** One for each dial; after the last there is no session any more. */
      readonly tokens: readonly string[];
      readonly databaseName: string;
    }
  | { readonly type: 'send'; readonly content: string }
  | { readonly type: 'logout' };

export interface WorkerReport {
  readonly hasDocument: boolean;
  readonly status: string;
  readonly dials: number;
  readonly shown: readonly { readonly content: string; readonly delivery: DeliveryStatus | null }[];
}
