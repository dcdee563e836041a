import { StopConnecting } from '../../errors/stop-connecting.js';
import type { TokenSource } from '../../ports/token-source.js';
import { askJson, checkEndpoint, type Fetch, grantedBy, type JsonAnswer, tokenFailed } from './ask-json.js';

/** What `connectionTokenProvider` needs to know of the server. */
export interface ConnectionTokenOptions {
  /** Where tokens are had by `POST`, such as `/api/v1/auth/ws-connection-token/`. */
  readonly endpoint: string;
  /** The cookie whose value goes into the header `X-CSRFToken`. Default `csrftoken`, Django's. */
  readonly csrfCookieName?: string;
  /**
   * Renews the session when the endpoint answers 401, and before a handover, since a socket ends with its session;
   * false, or a rejection, means that it is over. Default: none, and 401 means that.
   */
  readonly refresh?: (signal: AbortSignal) => Promise<boolean>;
  /** What is posted. Default `{ connection_id: <a new UUID> }`. */
  readonly body?: () => unknown;
  /** Default: the platform's `fetch`. */
  readonly fetch?: Fetch;
  /** The cookies, as `document.cookie` has them. Default: the page's; none where there is no page. */
  readonly cookies?: () => string;
}

/**
 * Tokens for one connection each: asked for with the page's cookies and Django's CSRF header, right before each dial,
 * for such a token is good once and for a minute. 401 renews the session once and asks again; where that does not help
 * there is no session, and the client stops with `token/none`. 403 stops it with the server's words. Anything else,
 * `token/failed`, is tried again with the connection's backoff. Throws `usage/invalid-option` without an endpoint.
 *
 * @example
 * const token = connectionTokenProvider({
 *   endpoint: '/api/v1/auth/ws-connection-token/',
 *   refresh: async (signal) => (await fetch('/api/v1/auth/token/refresh/', { method: 'POST', signal })).ok,
 * });
 */
export function connectionTokenProvider(options: ConnectionTokenOptions): TokenSource {
  checkEndpoint(options);
  const { refresh } = options;
  return async ({ signal, reason }) => {
    // A socket ends with its session, so one that takes over before that needs more than the rest of the same session.
    if (reason === 'handover' && refresh !== undefined) await succeeds(refresh, signal);
    let answer = await ask(options, signal);
    if (answer?.status === 401 && refresh !== undefined && (await succeeds(refresh, signal))) {
      answer = await ask(options, signal);
    }
    if (answer?.status === 401) return null;
    if (answer?.status === 403) {
      const { detail } = answer.fields;
      throw new StopConnecting(typeof detail === 'string' ? detail : 'No token for this page.');
    }
    const token = grantedBy(answer, 'connection_token');
    if (token === null) throw tokenFailed(answer);
    return token;
  };
}

function ask(options: ConnectionTokenOptions, signal: AbortSignal): Promise<JsonAnswer | null> {
  const { endpoint, csrfCookieName = 'csrftoken', body = newConnection, fetch, cookies = pageCookies } = options;
  const csrf = readCookie(cookies(), csrfCookieName);
  return askJson({ endpoint, body: body(), headers: csrf === null ? {} : { 'X-CSRFToken': csrf }, signal, fetch });
}

function newConnection(): unknown {
  return { connection_id: globalThis.crypto.randomUUID() };
}

/** The session may be over, and so may be its renewal. */
async function succeeds(refresh: (signal: AbortSignal) => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  try {
    return await refresh(signal);
  } catch {
    return false;
  }
}

function pageCookies(): string {
  return typeof document === 'undefined' ? '' : document.cookie;
}

function readCookie(cookies: string, name: string): string | null {
  const pair = cookies.split('; ').find((one) => one.startsWith(`${name}=`));
  return pair === undefined ? null : decodeURIComponent(pair.slice(name.length + 1));
}
