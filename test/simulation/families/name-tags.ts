/** Which message is which, on a wire that carries no ids: the names that clients give, in the order in which they leave. */

import type { Protocol } from '../../../src/ports/protocol.js';
import type { TransportSocket } from '../../../src/ports/transport.js';
import { readAsked } from '../../../src/protocols/dialogue/frame-text.js';

export class NameTags {
  readonly #bySocket = new WeakMap<TransportSocket, string[]>();
  /** Of what is being said at this moment. */
  #speaking: string | null = null;

  /** The same protocol; what goes through it is noted. */
  watch(protocol: Protocol): Protocol {
    const { wrapTransport } = protocol;
    if (wrapTransport === undefined) return protocol;
    return {
      ...protocol,
      wrapTransport: (transport, tools) => {
        const outer = wrapTransport({ ...transport, open: (...dial) => this.#note(transport.open(...dial)) }, tools);
        return { ...outer, open: (...dial) => this.#name(outer.open(...dial)) };
      },
    };
  }

  /** Of the next message that came over a socket; null for one that nobody noted. */
  next(socket: TransportSocket): string | null {
    return this.#bySocket.get(socket)?.shift() ?? null;
  }

  #note(socket: TransportSocket): TransportSocket {
    const names: string[] = [];
    this.#bySocket.set(socket, names);
    const send = socket.send.bind(socket);
    socket.send = (text) => {
      const isTaken = send(text);
      if (isTaken && this.#speaking !== null) names.push(this.#speaking);
      return isTaken;
    };
    return socket;
  }

  #name(socket: TransportSocket): TransportSocket {
    const send = socket.send.bind(socket);
    socket.send = (text) => {
      const frame = readAsked(text);
      this.#speaking = frame.type === 'send' ? frame.clientMessageId : null;
      try {
        return send(text);
      } finally {
        this.#speaking = null;
      }
    };
    return socket;
  }
}
