/** Puts URL and token together for one dial. Nothing here repeats a URL or a token in an error. */

import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { Protocol } from '../ports/protocol.js';
import type { DialRequest } from '../ports/transport.js';

/** Servers cap request headers at 8 to 16 KiB. */
const TOKEN_CHARS_MAX = 8_192;
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.+\.localhost)$/;

/** Throws `usage/invalid-option` for a URL that can never be dialled. */
export function checkUrl(url: unknown, allowInsecure: boolean): URL {
  const parsed = typeof url === 'string' ? tryParse(url) : null;
  if (parsed === null) throw badUrl('is no absolute URL; give one like wss://chat.example.com/ws');
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:') {
    throw badUrl(`has the scheme ${parsed.protocol.slice(0, 16)}; use wss:`);
  }
  if (parsed.username !== '' || parsed.password !== '') throw badUrl('holds credentials; use the token option');
  if (parsed.hash !== '') throw badUrl('has a fragment, which WebSocket URLs must not have');
  if (parsed.protocol === 'ws:' && !allowInsecure && !LOOPBACK.test(parsed.hostname)) {
    throw badUrl(
      'uses ws: to another host, so tokens and texts would travel in the clear; use wss: or set allowInsecure',
    );
  }
  return parsed;
}

/** Throws `token/unusable` for a token that cannot travel. */
export function checkToken(token: unknown): string {
  if (typeof token !== 'string' || token === '') throw badToken('is no string with something in it');
  if (token.length > TOKEN_CHARS_MAX) throw badToken(`has ${token.length} characters; ${TOKEN_CHARS_MAX} is the most`);
  if (!PRINTABLE_ASCII.test(token)) throw badToken('has characters outside printable ASCII');
  return token;
}

export function buildDialRequest(url: URL, token: string | null, protocol: Protocol): DialRequest {
  const { tokenIn, subprotocols } = protocol;
  if (token === null || tokenIn === 'none' || tokenIn === 'first-frame') return { url: url.href, subprotocols };
  if (tokenIn === 'subprotocol') {
    return { url: url.href, subprotocols: [...subprotocols, `bearer.${toBase64Url(token)}`] };
  }
  const withToken = new URL(url.href);
  withToken.searchParams.set(tokenIn.query, token);
  return { url: withToken.href, subprotocols };
}

function toBase64Url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function tryParse(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    // The platform's own error repeats the whole URL, with whatever secret is in it.
    return null;
  }
}

function badUrl(why: string): ChatSocketError {
  return new ChatSocketError('usage/invalid-option', `Cannot use the option url: it ${why}.`, {
    fields: { option: 'url' },
  });
}

function badToken(why: string): ChatSocketError {
  return new ChatSocketError('token/unusable', `Cannot use the token: it ${why}. Check the token provider.`);
}
