/** A transport that tells of its dials and of what its sockets have not yet handed to the network. */
import type { Transport, TransportSocket } from 'chatsocket';

export interface TransportWatch {
  onDial(): void;
  onBuffered(bufferedBytes: number): void;
}

export function watchTransport(transport: Transport, watch: TransportWatch): Transport {
  return {
    name: transport.name,
    open(request, handlers) {
      watch.onDial();
      return watchSocket(transport.open(request, handlers), watch);
    },
  };
}

function watchSocket(socket: TransportSocket, { onBuffered }: TransportWatch): TransportSocket {
  return {
    get bufferedBytes() {
      return socket.bufferedBytes;
    },
    send(text) {
      const isTaken = socket.send(text);
      onBuffered(socket.bufferedBytes);
      return isTaken;
    },
    close: (code, reason) => socket.close(code, reason),
    abandon: () => socket.abandon(),
  };
}
