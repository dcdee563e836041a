/** What a dial says: its token, its subprotocols, and a line about it that is fit for a log. */
import type { DialRequest } from '../../ports/transport.js';

const BEARER = 'bearer.';

/** The names under which servers take a token from the query. */
const QUERY_NAMES: readonly string[] = ['token', 'connection_token'];

/** The token of a dial: that of `bearer.<base64url>` among the subprotocols, else of the query; null if there is none. */
export function readToken({ url, subprotocols }: DialRequest): string | null {
  const bearer = subprotocols.find((subprotocol) => subprotocol.startsWith(BEARER));
  if (bearer !== undefined) return atob(bearer.slice(BEARER.length).replaceAll('-', '+').replaceAll('_', '/'));
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  for (const name of QUERY_NAMES) {
    const token = query.get(name);
    if (token !== null) return token;
  }
  return null;
}

/** One line about a dial, fit for a log: neither the query nor the token is in it. */
export function describeDial({ url, subprotocols }: DialRequest): string {
  const names = subprotocols.map((subprotocol) => (subprotocol.startsWith(BEARER) ? `${BEARER}…` : subprotocol));
  const [path, query] = url.split('?');
  return `dials ${path}${query === undefined ? '' : '?…'}${names.length === 0 ? '' : ` offering ${names.join(', ')}`}`;
}

/** Browsers fail the handshake when the echo is missing or was never offered. */
export function isAnswered(offered: readonly string[], echoed: string | null): boolean {
  return echoed === null ? offered.length === 0 : offered.includes(echoed);
}
