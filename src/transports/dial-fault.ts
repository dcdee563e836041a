/** Says why a WebSocket constructor refused a dial, without a word of the URL or of a subprotocol. */
import { ChatSocketError } from '../errors/chat-socket-error.js';
import { nameOfThrown } from '../errors/thrown-name.js';
import type { DialRequest } from '../ports/transport.js';

/** RFC 9110, section 5.6.2: what a subprotocol may be made of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/** The error of a refused dial. It has no cause: the platform's own error holds the whole URL. */
export function explainRefusedDial(request: DialRequest, thrown: unknown): ChatSocketError {
  const { why, part } = findFault(request);
  return new ChatSocketError(
    'usage/invalid-option',
    `Cannot dial: the WebSocket class threw ${nameOfThrown(thrown)}; ${why} (The original error is left out, since it may hold the token.)`,
    { fields: { part } },
  );
}

function findFault({ url, subprotocols }: DialRequest): { readonly why: string; readonly part: string } {
  const badIndex = subprotocols.findIndex((subprotocol) => !TOKEN.test(subprotocol));
  const position = `subprotocol ${badIndex + 1} of ${subprotocols.length}`;
  if (badIndex !== -1) {
    return { part: 'subprotocol', why: `${position} is empty or has a character that HTTP does not allow there.` };
  }
  if (new Set(subprotocols.map((subprotocol) => subprotocol.toLowerCase())).size < subprotocols.length) {
    return { part: 'subprotocol', why: 'a subprotocol is offered twice.' };
  }
  const parsed = parseUrl(url);
  if (parsed === null) return { part: 'url', why: 'the URL cannot be parsed.' };
  const { protocol, hash } = parsed;
  if (protocol !== 'ws:' && protocol !== 'wss:') {
    return { part: 'url', why: 'the URL does not begin with ws: or wss:.' };
  }
  if (hash !== '') return { part: 'url', why: 'the URL has a fragment (#…), which WebSockets do not allow.' };
  return { part: 'unknown', why: 'URL and subprotocols are well-formed, so the class or the page forbids the dial.' };
}

function parseUrl(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}
