import type { Protocol } from '../ports/protocol.js';
import { greetedTransport } from './greeted-transport.js';
import { guardProtocol } from './guard-protocol.js';
import { invalidOption } from './invalid-option.js';
import { type Finding, presetFindings } from './preset-findings.js';
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
  return {
    ...guardProtocol(protocol),
    ...(protocol.presets !== undefined && { presets: protocol.presets }),
    ...((protocol.wrapTransport !== undefined || protocol.greeting !== undefined) && {
      wrapTransport: (transport, tools) =>
        greetedTransport(protocol.wrapTransport?.(transport, tools) ?? transport, protocol.greeting),
    }),
  };
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

const METHODS = ['decode', 'encode', 'readClose'] as const;

/** A token of RFC 9110, which is all that the handshake's header can carry. */
const SUBPROTOCOL_NAME = /^[\w!#$%&'*+.^`|~-]{1,255}$/;

/** The types promise all of this already; JavaScript and casts do not. */
function expectProtocol(protocol: Protocol): void {
  expectAll([[isObject(protocol), '', protocol, 'an object']]);
  expectAll([[isObject(protocol.capabilities), '.capabilities', protocol.capabilities, 'an object']]);
  expectAll(findingsOf(protocol));
}

function expectAll(findings: readonly Finding[]): void {
  const wrong = findings.find(([isRight]) => !isRight);
  if (wrong !== undefined) throw invalidOption(`protocol${wrong[1]}`, wrong[2], wrong[3]);
}

function findingsOf(protocol: Protocol): Finding[] {
  const { name, capabilities, tokenIn, subprotocols, answersPings, contentLengthMax, greeting } = protocol;
  const isName = typeof name === 'string' && name !== '';
  const knowsStreams = ['offsets', 'plain', 'none'].includes(capabilities.streams);
  const areNames = Array.isArray(subprotocols) && subprotocols.every(isSubprotocolName);
  const areOnce = areNames && new Set(subprotocols).size === subprotocols.length;
  const knowsPings = ['always', 'perhaps'].includes(answersPings);
  const isCount = Number.isSafeInteger(contentLengthMax) && contentLengthMax > 0;
  const isLength = isCount || contentLengthMax === Number.POSITIVE_INFINITY;
  return [
    [isName, '.name', name, 'a text that is not empty'],
    ...SWITCHES.map((key) => findingOf(capabilities[key], 'boolean', `.capabilities.${key}`)),
    [knowsStreams, '.capabilities.streams', capabilities.streams, "'offsets', 'plain' or 'none'"],
    [isTokenPlacement(tokenIn), '.tokenIn', tokenIn, TOKEN_PLACEMENT_RANGE],
    [areOnce, '.subprotocols', subprotocols, 'an array of RFC 9110 tokens, each once'],
    [knowsPings, '.answersPings', answersPings, "'always' or 'perhaps'"],
    [isLength, '.contentLengthMax', contentLengthMax, 'a whole number from 1 on, or Infinity'],
    [greeting === undefined || (typeof greeting === 'string' && greeting !== ''), '.greeting', greeting, 'a text'],
    ...presetFindings(protocol.presets),
    ...(['encodeBatch', 'wrapTransport'] as const)
      .filter((key) => protocol[key] !== undefined)
      .map((key) => findingOf(protocol[key], 'function', `.${key}`)),
    ...METHODS.map((key) => findingOf(protocol[key], 'function', `.${key}`)),
  ];
}

function findingOf(value: unknown, kind: 'boolean' | 'function', field: string): Finding {
  return [typeof value === kind, field, value, `a ${kind}`];
}

function isSubprotocolName(value: unknown): boolean {
  return typeof value === 'string' && SUBPROTOCOL_NAME.test(value);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
