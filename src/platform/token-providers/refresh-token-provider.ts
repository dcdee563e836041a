import type { TokenAnswer, TokenSource } from '../../ports/token-source.js';
import { askJson, checkEndpoint, type Fetch, grantedBy, tokenFailed } from './ask-json.js';

/** What `refreshTokenProvider` needs to know of the server. */
export interface RefreshTokenOptions {
  /** Where an access token is had by `POST` with the session's cookies, such as `/api/token/refresh/`. */
  readonly endpoint: string;
  /** What is posted. Default `{}`: the refresh token is in a cookie. */
  readonly body?: () => unknown;
  /** Default: the platform's `fetch`. */
  readonly fetch?: Fetch;
}

/**
 * Access tokens (JWT) by a refresh endpoint, renewed on every dial. The token's own life (`exp` − `iat`) leads to a
 * renewal before it ends. 401 means that the session is over: the client stops with `token/none`. Where the endpoint
 * fails otherwise, the last token is tried once more, unless the server has just refused it; then it is `token/failed`,
 * and tried again with the connection's backoff. Throws `usage/invalid-option` without an endpoint.
 *
 * @example
 * const token = refreshTokenProvider({ endpoint: '/api/token/refresh/' });
 */
export function refreshTokenProvider(options: RefreshTokenOptions): TokenSource {
  checkEndpoint(options);
  const { endpoint, body = () => ({}), fetch } = options;
  let spare: string | null = null;
  return async ({ signal, reason }): Promise<TokenAnswer> => {
    // The server has just refused the last one.
    const last = reason === 'auth-failed' ? null : spare;
    spare = null;
    const answer = await askJson({ endpoint, body: body(), signal, fetch });
    if (answer?.status === 401) return null;
    const token = grantedBy(answer, 'access', 'access_token');
    if (token === null) {
      if (last === null || signal.aborted) throw tokenFailed(answer);
      return last;
    }
    spare = token;
    const expiresInMs = lifetimeOf(token);
    return expiresInMs === null ? token : { token, expiresInMs };
  };
}

/** Milliseconds from its issue to its end, whatever the clocks say; null where the token does not tell. */
function lifetimeOf(token: string): number | null {
  try {
    const [, payload = ''] = token.split('.');
    const claims: unknown = JSON.parse(globalThis.atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims) || !('iat' in claims)) return null;
    const seconds = Number(claims.exp) - Number(claims.iat);
    return seconds > 0 ? seconds * 1_000 : null;
  } catch {
    return null;
  }
}
