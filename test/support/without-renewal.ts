import type { Protocol } from '../../src/ports/protocol.js';
import { envelopeProtocol } from '../../src/protocols/envelope/envelope.js';

/** The envelope protocol of servers that take no token on an open connection, so that a fresh one has to take over. */
export function withoutRenewal(): Protocol {
  const protocol = envelopeProtocol();
  return {
    ...protocol,
    decode: (text) => {
      const decoded = protocol.decode(text);
      if (!decoded.ok) return decoded;
      const frames = decoded.frames.map((frame) =>
        frame.type === 'hello' ? { ...frame, terms: { ...frame.terms, inBandToken: false } } : frame,
      );
      return { ...decoded, frames };
    },
  };
}
