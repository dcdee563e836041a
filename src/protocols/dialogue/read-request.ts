/** What a dial's request tells of the server and the token; nothing of it is kept anywhere else. */

import type { TokenPlacement } from '../../ports/protocol.js';
import type { DialRequest } from '../../ports/transport.js';

const ORIGIN = /^(wss?:\/\/[^/?#]+)/i;

/** `https://chat.example.com` for `wss://chat.example.com/ws?token=…`. */
export function originOf(url: string): string {
  return (ORIGIN.exec(url)?.[1] ?? '').replace(/^ws/i, 'http');
}

/** The token, where it travels in the query; else null. */
export function tokenOf({ url }: DialRequest, tokenIn: TokenPlacement): string | null {
  if (typeof tokenIn === 'string') return null;
  const query = url.slice(url.indexOf('?') + 1);
  const prefix = `${encodeURIComponent(tokenIn.query)}=`;
  const pair = query.split('&').find((one) => one.startsWith(prefix));
  return pair === undefined ? null : decodeURIComponent(pair.slice(prefix.length));
}
