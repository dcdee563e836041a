import type { CloseVerdict } from '../core/connection/close-code.js';
import type { OutboundFrame, ServerTerms } from '../core/frame.js';
import type { DecodeResult, Protocol } from '../ports/protocol.js';

/**
 * What every protocol has, from which nothing is thrown: what it throws, and answers of the wrong kind, become results.
 * What only some have is added by `defineProtocol`.
 */
export function guardProtocol(protocol: Protocol): Protocol {
  return {
    name: protocol.name,
    capabilities: protocol.capabilities,
    tokenIn: protocol.tokenIn,
    subprotocols: protocol.subprotocols,
    answersPings: protocol.answersPings,
    answersInOrder: protocol.answersInOrder === true,
    contentLengthMax: protocol.contentLengthMax,
    decode: (text) => decodeSafely(protocol, text),
    encode: (frame, terms) => encodeSafely(protocol, frame, terms),
    encodeBatch: (texts) => encodeBatchSafely(protocol, texts),
    readClose: (code, reason) => readCloseSafely(protocol, code, reason),
  };
}

function decodeSafely(protocol: Protocol, text: string): DecodeResult {
  try {
    const result = protocol.decode(text);
    if (result.ok ? Array.isArray(result.frames) : typeof result.reason === 'string') return result;
  } catch {
    // The frame is what could not be read, so it is reported as such below.
  }
  return { ok: false, reason: 'invalid-shape' };
}

function encodeSafely(protocol: Protocol, frame: OutboundFrame, terms: ServerTerms): string | null {
  try {
    const text = protocol.encode(frame, terms);
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}

function encodeBatchSafely(protocol: Protocol, texts: readonly string[]): string | null {
  try {
    const text = protocol.encodeBatch?.(texts);
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}

function readCloseSafely(protocol: Protocol, code: number, reason: string): CloseVerdict | null {
  try {
    const verdict = protocol.readClose(code, reason);
    return verdict !== null && CLOSE_ACTIONS.includes(verdict.action) ? verdict : null;
  } catch {
    return null;
  }
}

const CLOSE_ACTIONS: readonly CloseVerdict['action'][] = ['retry', 'renew-token', 'stop', 'too-big'];
