/** The characters of RFC 3986 that stand for themselves in a query. */
const QUERY_NAME = /^[A-Za-z0-9._~-]{1,64}$/;

/** What a token placement may be, for error messages. */
export const TOKEN_PLACEMENT_RANGE = "'subprotocol', 'first-frame', 'none' or { query: 'a plain parameter name' }";

/** True for a value that says where the token travels. */
export function isTokenPlacement(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return value === 'subprotocol' || value === 'first-frame' || value === 'none';
  }
  return 'query' in value && typeof value.query === 'string' && QUERY_NAME.test(value.query);
}
