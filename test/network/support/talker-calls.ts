/** What can be asked of talkers in another process. Questions and answers are plain facts. */

import type { PageSignal } from 'chatsocket';
import type { Account } from '../../../examples/play/script/account.js';
import type { Evidence, Progress, Speech, TalkerOptions } from './talker.js';

export interface TalkerCalls {
  logIn(request: { readonly serverUrl: string; readonly name: string }): Promise<Account>;
  /** Founds the conversation of two; resolves with its id. */
  found(request: { readonly serverUrl: string; readonly founder: Account; readonly guest: Account }): Promise<string>;
  seat(options: TalkerOptions): Promise<void>;
  connect(request: Named): Promise<void>;
  talk(request: Named & Speech): Promise<void>;
  signal(request: Named & { readonly signal: PageSignal }): Promise<void>;
  progress(request: Named): Promise<Progress>;
  evidence(request: Named): Promise<Evidence>;
  close(request: Named): Promise<void>;
}

/** The talker that is meant. */
export interface Named {
  readonly name: string;
}

export interface Call {
  readonly callId: number;
  readonly name: keyof TalkerCalls;
  readonly request: unknown;
}

export type Answer =
  | { readonly callId: number; readonly result: unknown }
  | { readonly callId: number; readonly error: string };
