import type { Protocol } from '../ports/protocol.js';
import { guardProtocol } from './guard-protocol.js';
import { invalidOption } from './invalid-option.js';
import { isTokenPlacement, TOKEN_PLACEMENT_RANGE } from './token-placement.js';

/**
 * Checks a protocol and makes it safe to use: a `decode` that throws becomes a rejected frame (`invalid-shape`), an
 * `encode` that throws becomes `null`, and a `readClose` that throws leaves the close to the common table. An answer
 * of the wrong kind counts as thrown. Throws `usage/invalid-option` that names the first field that is wrong; it does
 * not read what the protocol's frames say, and it does not change the value handed in.
 *
 * @example
 * const shouting = defineProtocol({
 *   ...envelopeProtocol(),
 *   name: 'shouting',
 *   encode: (frame, terms) => envelopeProtocol().encode(frame, terms)?.toUpperCase() ?? null,
 * });
 */
export function defineProtocol(protocol: Protocol): Protocol {
  expectProtocol(protocol);
  return guardProtocol(protocol);
}

const SWITCHES = [
  'acks',
  'deduplicates',
  'sequence',
  'resume',
  'ranges',
  'history',
  'manyConversations',
  'typing',
  'readMarks',
  'inBandToken',
  'binary',
] as const;

/** A token of RFC 9110, which is all that the handshake's header can carry. */
const SUBPROTOCOL_NAME = /^[\w!#$%&'*+.^`|~-]{1,255}$/;

/** The types promise all of this already; JavaScript and casts do not. */
function expectProtocol(protocol: Protocol): void {
  const expect = (isRight: boolean, option: string, value: unknown, range: string) => {
    if (!isRight) throw invalidOption(option, value, range);
  };
  expect(isObject(protocol), 'protocol', protocol, 'an object');
  const { name, capabilities, tokenIn, subprotocols, answersPings, contentLengthMax } = protocol;
  expect(typeof name === 'string' && name !== '', 'protocol.name', name, 'a text that is not empty');
  expect(isObject(capabilities), 'protocol.capabilities', capabilities, 'an object');
  for (const key of SWITCHES) {
    const value = capabilities[key];
    expect(typeof value === 'boolean', `protocol.capabilities.${key}`, value, 'true or false');
  }
  const { streams } = capabilities;
  const knowsStreams = ['offsets', 'plain', 'none'].includes(streams);
  expect(knowsStreams, 'protocol.capabilities.streams', streams, "'offsets', 'plain' or 'none'");
  expect(isTokenPlacement(tokenIn), 'protocol.tokenIn', tokenIn, TOKEN_PLACEMENT_RANGE);
  const areNames = Array.isArray(subprotocols) && subprotocols.every(isSubprotocolName);
  const areOnce = areNames && new Set(subprotocols).size === subprotocols.length;
  expect(areOnce, 'protocol.subprotocols', subprotocols, 'an array of RFC 9110 tokens, each once');
  const saysPings = ['always', 'perhaps'].includes(answersPings);
  expect(saysPings, 'protocol.answersPings', answersPings, "'always' or 'perhaps'");
  const isLength = Number.isSafeInteger(contentLengthMax) && contentLengthMax > 0;
  expect(isLength || contentLengthMax === Infinity, 'protocol.contentLengthMax', contentLengthMax, '1 or more');
  for (const key of ['decode', 'encode', 'readClose'] as const) {
    expect(typeof protocol[key] === 'function', `protocol.${key}`, protocol[key], 'a function');
  }
}

function isSubprotocolName(value: unknown): boolean {
  return typeof value === 'string' && SUBPROTOCOL_NAME.test(value);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
