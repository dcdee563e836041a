/** A transport that speaks for the client: over the sockets of another one, and by HTTP alone while those cannot be had. */

import type { TokenPlacement, TransportTools } from '../../ports/protocol.js';
import type { DialRequest, SocketClose, SocketHandlers, Transport, TransportSocket } from '../../ports/transport.js';
import type { Dialogue, LineId } from './dialogue.js';
import { DialogueLine } from './dialogue-line.js';
import { originOf, tokenOf } from './read-request.js';

/** HTTP alone has served for so long: a socket is tried again. Most servers that refuse are being restarted. */
const SEEK_AFTER_MS = 2_000;

export interface SpokenTransport {
  /** A fresh memory, for each user of a client. */
  readonly startDialogue: () => Dialogue;
  readonly transport: Transport;
  readonly tools: TransportTools;
  readonly tokenIn: TokenPlacement;
  /** So many dials in a row must fail before HTTP alone has to do; Infinity where it is of no use. */
  readonly pollsAfter: number;
}

export function dialogueTransport(spoken: SpokenTransport): Transport {
  const watch = new PollingWatch(spoken.pollsAfter);
  let dialogue = spoken.startDialogue();
  let lastId: LineId = 0;
  return {
    name: spoken.transport.name,
    open(request, handlers) {
      lastId += 1;
      return new SpokenSocket({ ...spoken, dialogue, request, handlers, lineId: lastId, watch });
    },
    forget() {
      dialogue = spoken.startDialogue();
      spoken.transport.forget?.();
    },
  };
}

/** Whether HTTP alone has to do. */
class PollingWatch {
  readonly #failuresMax: number;
  #failures = 0;
  #isPolling = false;

  constructor(failuresMax: number) {
    this.#failuresMax = failuresMax;
  }

  /** A dial failed. True: go on without a socket. Beside a connection that has none, only a socket will do. */
  fail(): boolean {
    this.#failures += 1;
    if (this.#isPolling || this.#failures < this.#failuresMax) return false;
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

interface SpokenDial extends Omit<SpokenTransport, 'pollsAfter' | 'startDialogue'> {
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
    const onJoined = () => this.#seekSocket();
    this.#line = new DialogueLine({ ...tools, lineId, dialogue, handlers, origin, token, onClosed, onJoined });
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

  #poll(): void {
    this.#phase = 'polling';
    this.#line.open(true);
    this.#seekSocket();
  }

  /** One is tried beside it, for as long as it lasts. A client that is not open yet hears nothing of that. */
  #seekSocket(): void {
    if (this.#phase !== 'polling') return;
    this.#stopTimer();
    const seek = () => this.#line.tell({ type: 'server-restarting', retryAfterMs: 0 });
    this.#stopTimer = this.#dial.tools.clock.startTimer(seek, SEEK_AFTER_MS);
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
