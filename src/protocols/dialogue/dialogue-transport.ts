/** A transport that speaks for the client: over the sockets of another one, and by HTTP alone while those cannot be had. */

import type { TokenPlacement, TransportTools } from '../../ports/protocol.js';
import type { DialRequest, SocketHandlers, Transport, TransportSocket } from '../../ports/transport.js';
import type { Dialogue } from './dialogue.js';
import { DialogueLine } from './dialogue-line.js';
import { originOf, tokenOf } from './read-request.js';

export interface PollingOptions {
  /** So many dials in a row must fail before HTTP alone has to do. */
  readonly afterFailures: number;
  /** How long it does before a socket is tried again. */
  readonly retryAfterMs: number;
}

export interface SpokenTransport {
  readonly dialogue: Dialogue;
  readonly transport: Transport;
  readonly tools: TransportTools;
  readonly tokenIn: TokenPlacement;
  /** Null where there is nothing to poll. */
  readonly polling: PollingOptions | null;
}

export function dialogueTransport(spoken: SpokenTransport): Transport {
  const lines = new Lines(spoken);
  return { name: spoken.transport.name, open: (request, handlers) => lines.open(request, handlers) };
}

class Lines {
  readonly #spoken: SpokenTransport;
  #lastId = 0;
  #failures = 0;
  #polling: DialogueLine | null = null;

  constructor(spoken: SpokenTransport) {
    this.#spoken = spoken;
  }

  open(request: DialRequest, handlers: SocketHandlers): TransportSocket {
    const { dialogue, transport, tools, tokenIn } = this.#spoken;
    this.#lastId += 1;
    const origin = originOf(request.url);
    const token = tokenOf(request, tokenIn);
    const line = new DialogueLine({ ...tools, lineId: this.#lastId, dialogue, handlers, origin, token });
    let hasOpened = false;
    let stopTimer = () => {};
    const socket = transport.open(request, {
      opened: () => {
        hasOpened = true;
        this.#failures = 0;
        line.open(false);
      },
      received: (text) => line.hear(text),
      receivedBinary: (sizeBytes) => handlers.receivedBinary(sizeBytes),
      closed: (close) => {
        line.socket = null;
        if (!hasOpened && this.#mayPoll()) {
          stopTimer = this.#poll(line);
          return;
        }
        line.end();
        handlers.closed(close);
      },
    });
    line.socket = socket;
    const leave = () => {
      stopTimer();
      line.end();
      if (this.#polling === line) this.#polling = null;
    };
    return {
      get bufferedBytes() {
        return line.socket?.bufferedBytes ?? 0;
      },
      send: (text) => line.ask(text),
      close: (code, reason) => {
        if (this.#polling !== line) return socket.close(code, reason);
        leave();
        stopTimer = tools.clock.startTimer(() => handlers.closed({ code, reason, wasClean: true }), 0);
      },
      abandon: () => {
        leave();
        socket.abandon();
      },
    };
  }

  /** Beside a connection without a socket only a socket will do. */
  #mayPoll(): boolean {
    this.#failures += 1;
    const { polling } = this.#spoken;
    return polling !== null && this.#polling === null && this.#failures >= polling.afterFailures;
  }

  /** A socket is tried again beside it, for as long as it lasts. */
  #poll(line: DialogueLine): () => void {
    const { tools, polling } = this.#spoken;
    this.#polling = line;
    line.open(true);
    return tools.clock.startTimer(
      () => line.tell({ type: 'server-restarting', retryAfterMs: 0 }),
      polling?.retryAfterMs ?? 0,
    );
  }
}
