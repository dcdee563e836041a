/** One exchange with a token endpoint, with the page's cookies. */

import { ChatSocketError } from '../../errors/chat-socket-error.js';
import { unusableOption } from '../../errors/unusable-option.js';

/** The part of `fetch` that is used; hand in another one for tests, or where cookies are kept elsewhere. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface JsonAnswer {
  readonly status: number;
  /** What the body says; empty where it is no JSON object. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface JsonQuestion {
  readonly endpoint: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Default: the platform's. */
  readonly fetch?: Fetch | undefined;
}

/** Throws `usage/invalid-option`: without an endpoint every dial would fail, and only say that it cannot be reached. */
export function checkEndpoint(options: { readonly endpoint: string } | undefined): void {
  if (typeof options?.endpoint === 'string' && options.endpoint !== '') return;
  throw unusableOption('endpoint', 'a path or a URL');
}

/** Null where no answer came; why not is left out, for it may quote what was sent. */
export async function askJson({
  endpoint,
  body,
  headers,
  signal,
  fetch = globalThis.fetch,
}: JsonQuestion): Promise<JsonAnswer | null> {
  const init: RequestInit = {
    method: 'POST',
    credentials: 'include',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
    body: JSON.stringify(body),
    signal,
  };
  try {
    const response = await fetch(endpoint, init);
    const parsed: unknown = await response.json().catch(() => null);
    return { status: response.status, fields: typeof parsed === 'object' && parsed !== null ? { ...parsed } : {} };
  } catch {
    return null;
  }
}

/** The token that an answer grants; null where it grants none. */
export function grantedBy(answer: JsonAnswer | null, ...fieldNames: readonly string[]): string | null {
  if (answer === null || answer.status < 200 || answer.status >= 300) return null;
  const token = fieldNames.map((name) => answer.fields[name]).find((value) => typeof value === 'string');
  return typeof token === 'string' ? token : null;
}

/** Of what the endpoint answered only the status is told: the rest may quote a token. */
export function tokenFailed(answer: JsonAnswer | null): ChatSocketError {
  const what = answer === null ? 'could not be reached' : `answered ${answer.status} and no token`;
  return new ChatSocketError('token/failed', `The token endpoint ${what}.`, { retryable: true });
}
