import type { Transport } from '../ports/transport.js';

/** A transport whose server seems to say `greeting` whenever a socket opens. */
export function greetedTransport(transport: Transport, greeting: string | undefined): Transport {
  if (greeting === undefined) return transport;
  return {
    name: transport.name,
    open: (request, handlers) =>
      transport.open(request, {
        opened: () => {
          handlers.opened();
          handlers.received(greeting);
        },
        received: (text) => handlers.received(text),
        receivedBinary: (sizeBytes) => handlers.receivedBinary(sizeBytes),
        closed: (close) => handlers.closed(close),
      }),
    forget: () => transport.forget?.(),
  };
}
