/** A transport without a network: what a server would say is handed over by a call. */
import type { SocketHandlers, Transport } from '../../../src/ports/transport.js';
import { answersTo, type Dialect, helloText } from './wire.js';

export interface MemoryTransport extends Transport {
  /** Hands one text frame to the client, as its socket would. */
  receive(text: string): void;
}

/** Answers joins and pings by itself. */
export function memoryTransport(dialect: Dialect = 'chatsocket.v1'): MemoryTransport {
  let handlers: SocketHandlers | null = null;
  let sent = 0;
  const nextSeq = () => {
    sent += 1;
    return sent;
  };
  return {
    name: 'memory',
    open(_request, own) {
      handlers = own;
      queueMicrotask(() => {
        own.opened();
        own.received(helloText(dialect));
      });
      return {
        bufferedBytes: 0,
        send(text) {
          for (const answer of answersTo(text, dialect, nextSeq)) queueMicrotask(() => own.received(answer));
          return true;
        },
        close: (code, reason) => queueMicrotask(() => own.closed({ code, reason, wasClean: true })),
        abandon: () => undefined,
      };
    },
    receive: (text) => handlers?.received(text),
  };
}
