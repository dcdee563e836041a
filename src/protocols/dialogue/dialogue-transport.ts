/** A transport that speaks for the client: over the sockets of another one, and by HTTP alone while those cannot be had. */

import type { TokenPlacement, TransportTools } from '../../ports/protocol.js';
import type { DialRequest, SocketClose, SocketHandlers, Transport, TransportSocket } from '../../ports/transport.js';
import type { Dialogue, LineId } from './dialogue.js';
import { DialogueLine } from './dialogue-line.js';
import { originOf, tokenOf } from './read-request.js';

export interface PollingOptions {
  /** So many dials in a row must fail before HTTP alone has to do. */
  readonly afterFailures: number;
  /** How long it does before a socket is tried again. */
  readonly retryAfterMs: number;
}

export interface SpokenTransport {
  /** A fresh memory, for each user of a client. */
  readonly startDialogue: () => Dialogue;
  readonly transport: Transport;
  readonly tools: TransportTools;
  readonly tokenIn: TokenPlacement;
  /** Null where HTTP alone is of no use. */
  readonly polling: PollingOptions | null;
}

export function dialogueTransport(spoken: SpokenTransport): Transport {
  const polling = new PollingWatch(spoken.polling);
  let dialogue = spoken.startDialogue();
  let lastId: LineId = 0;
  return {
    name: spoken.transport.name,
    open(request, handlers) {
      lastId += 1;
      return new SpokenSocket({ ...spoken, dialogue, request, handlers, lineId: lastId, watch: polling });
    },
    forget() {
      dialogue = spoken.startDialogue();
      spoken.transport.forget?.();
    },
  };
}

/** Whether HTTP alone has to do. */
class PollingWatch {
  readonly options: PollingOptions | null;
  #failures = 0;
  #isPolling = false;

  constructor(options: PollingOptions | null) {
    this.options = options;
  }

  /** A dial failed. True: go on without a socket. Beside a connection that has none, only a socket will do. */
  fail(): boolean {
    this.#failures += 1;
    if (this.options === null || this.#isPolling || this.#failures < this.options.afterFailures) return false;
    this.#isPolling = true;
    return true;
  }

  succeed(): void {
    this.#failures = 0;
  }

  end(): void {
    this.#isPolling = false;
  }
}

interface SpokenDial extends Omit<SpokenTransport, 'polling' | 'startDialogue'> {
  readonly dialogue: Dialogue;
  readonly request: DialRequest;
  readonly handlers: SocketHandlers;
  readonly lineId: LineId;
  readonly watch: PollingWatch;
}

class SpokenSocket implements TransportSocket {
  readonly #dial: SpokenDial;
  readonly #line: DialogueLine;
  readonly #socket: TransportSocket;
  #phase: 'dialling' | 'socket' | 'polling' | 'over' = 'dialling';
  #stopTimer = () => {};

  constructor(dial: SpokenDial) {
    this.#dial = dial;
    const { dialogue, transport, tools, tokenIn, request, handlers, lineId } = dial;
    const origin = originOf(request.url);
    const token = tokenOf(request, tokenIn);
    const onClosed = (code: number, reason: string) => this.#breakOff({ code, reason, wasClean: true });
    this.#line = new DialogueLine({ ...tools, lineId, dialogue, handlers, origin, token, onClosed });
    this.#socket = transport.open(request, {
      opened: () => this.#whenOpened(),
      received: (text) => this.#line.hear(text),
      receivedBinary: (sizeBytes) => handlers.receivedBinary(sizeBytes),
      closed: (close) => this.#whenClosed(close),
    });
    this.#line.socket = this.#socket;
  }

  get bufferedBytes(): number {
    return this.#line.socket?.bufferedBytes ?? 0;
  }

  send(text: string): boolean {
    return this.#line.ask(text);
  }

  close(code: number, reason: string): void {
    if (this.#phase === 'polling') this.#breakOff({ code, reason, wasClean: true });
    else this.#socket.close(code, reason);
  }

  abandon(): void {
    this.#leave();
    this.#socket.abandon();
  }

  #whenOpened(): void {
    this.#phase = 'socket';
    this.#dial.watch.succeed();
    this.#line.open(false);
  }

  #whenClosed(close: SocketClose): void {
    if (this.#phase === 'over') return;
    this.#line.socket = null;
    if (this.#phase === 'dialling' && this.#dial.watch.fail()) return this.#poll();
    this.#leave();
    this.#dial.handlers.closed(close);
  }

  /** A socket is tried again beside it, for as long as it lasts. */
  #poll(): void {
    const { tools, watch } = this.#dial;
    this.#phase = 'polling';
    this.#line.open(true);
    const retry = () => this.#line.tell({ type: 'server-restarting', retryAfterMs: 0 });
    this.#stopTimer = tools.clock.startTimer(retry, watch.options?.retryAfterMs ?? 0);
  }

  #breakOff(close: SocketClose): void {
    if (this.#phase === 'over') return;
    const wasSocket = this.#phase === 'socket';
    this.#leave();
    if (wasSocket) {
      this.#socket.close(1000, '');
      this.#socket.abandon();
    }
    this.#stopTimer = this.#dial.tools.clock.startTimer(() => this.#dial.handlers.closed(close), 0);
  }

  #leave(): void {
    this.#stopTimer();
    this.#line.end();
    if (this.#phase === 'polling') this.#dial.watch.end();
    this.#phase = 'over';
  }
}
