/** Puts URL and token together for one dial. Nothing here repeats a URL or a token in an error. */

import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Protocol } from '../../ports/protocol.js';
import type { DialRequest } from '../../ports/transport.js';

/** Servers cap request headers at 8 to 16 KiB. */
const TOKEN_CHARS_MAX = 8_192;
const PORT_MAX = 65_535;
/** Scheme, authority, path with query, fragment. No backslash: browsers read it as a slash, so it would hide the host. */
const URL_PARTS = /^([a-z][a-z\d+.-]*):\/\/([^/?#\s\\]+)([^#\s\\]*)(#.*)?$/i;
const HOST_AND_PORT = /^([^:@[\]]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.+\.localhost)$/i;
const BASE64_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Gives the URL back, or throws `usage/invalid-option` if it can never be dialled. */
export function checkUrl(url: unknown, allowInsecure: boolean): string {
  const parts = typeof url === 'string' ? URL_PARTS.exec(url) : null;
  if (typeof url !== 'string' || parts === null) {
    throw badUrl('is no absolute URL; give one like wss://chat.example.com/ws');
  }
  const [, scheme = '', authority = '', , fragment] = parts;
  if (!/^wss?$/i.test(scheme)) throw badUrl(`has the scheme ${scheme.slice(0, 16)}:; use wss:`);
  if (authority.includes('@')) throw badUrl('holds credentials; use the token option');
  if (fragment !== undefined) throw badUrl('has a fragment, which WebSocket URLs must not have');
  const [, host = '', port = '1'] = HOST_AND_PORT.exec(authority) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > PORT_MAX) throw badUrl('has no usable host and port');
  if (scheme.length === 2 && !allowInsecure && !LOOPBACK.test(host)) {
    throw badUrl(
      'uses ws: to another host, so tokens and texts would travel in the clear; use wss: or set allowInsecure',
    );
  }
  return url;
}

/** Throws `token/unusable` for a token that cannot travel. */
export function checkToken(token: unknown): string {
  if (typeof token !== 'string' || token === '') throw badToken('is no string with something in it');
  if (token.length > TOKEN_CHARS_MAX) throw badToken(`has ${token.length} characters; ${TOKEN_CHARS_MAX} is the most`);
  // No regular expression: the platform remembers the text of the last match, for everybody to read.
  for (const character of token) {
    if (character === ' ') throw badToken('holds a blank; give the token alone, without a scheme such as Bearer');
    if (character < '!' || character > '~') throw badToken('has characters outside printable ASCII');
  }
  return token;
}

export function buildDialRequest(url: string, token: string | null, protocol: Protocol): DialRequest {
  const { tokenIn, subprotocols } = protocol;
  if (token === null || tokenIn === 'none' || tokenIn === 'first-frame') return { url, subprotocols };
  if (tokenIn === 'subprotocol') return { url, subprotocols: [...subprotocols, `bearer.${toBase64Url(token)}`] };
  const query = `${encodeURIComponent(tokenIn.query)}=${encodeURIComponent(token)}`;
  return { url: `${url}${url.includes('?') ? '&' : '?'}${query}`, subprotocols };
}

/** Base64 for URLs, without padding (RFC 4648, section 5), of text that is ASCII. */
export function toBase64Url(ascii: string): string {
  let bits = 0;
  let bitCount = 0;
  let encoded = '';
  for (let index = 0; index < ascii.length; index += 1) {
    bits = ((bits << 8) | ascii.charCodeAt(index)) & 0xffff;
    for (bitCount += 8; bitCount >= 6; bitCount -= 6) encoded += BASE64_DIGITS.charAt((bits >> (bitCount - 6)) & 63);
  }
  return bitCount === 0 ? encoded : encoded + BASE64_DIGITS.charAt((bits << (6 - bitCount)) & 63);
}

function badUrl(why: string): ChatSocketError {
  return new ChatSocketError('usage/invalid-option', `Cannot use the option url: it ${why}.`, {
    fields: { option: 'url' },
  });
}

function badToken(why: string): ChatSocketError {
  return new ChatSocketError('token/unusable', `Cannot use the token: it ${why}. Check the token provider.`);
}
