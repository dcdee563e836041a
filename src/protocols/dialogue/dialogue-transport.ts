/** A transport that speaks for the client: over the sockets of another one, and by HTTP alone while those cannot be had. */

import type { InboundFrame } from '../../core/frame.js';
import type { HttpAnswer, HttpExchange } from '../../ports/http.js';
import type { TokenPlacement, TransportTools } from '../../ports/protocol.js';
import type { DialRequest, SocketClose, SocketHandlers, Transport, TransportSocket } from '../../ports/transport.js';
import type { Dialogue, DialogueEvent, DialogueRequest, DialogueStep, LineId } from './dialogue.js';
import { readAsked, writeFault, writeTold } from './frame-text.js';
import { originOf, tokenOf } from './read-request.js';

/** HTTP alone has served for so long: a socket is tried again. Most servers that refuse are being restarted. */
const SEEK_AFTER_MS = 2_000;
/** No other try has followed one that failed: the client has given them up, as where its tokens were refused for a while. */
const SEEK_AGAIN_AFTER_MS = 60_000;
/** Failed dials in a row before HTTP alone has to do. The first three are the client's, which says after the third what it may be. */
const POLLS_AFTER = 4;
/** A longer text goes to the client as it is, which drops it unread. */
const TEXT_LENGTH_MAX = 1_000_000;

export interface SpokenTransport {
  /** A fresh memory, for each user of a client. */
  readonly startDialogue: () => Dialogue;
  readonly transport: Transport;
  readonly tools: TransportTools;
  readonly tokenIn: TokenPlacement;
  /** Whether HTTP alone is of use while sockets cannot be had. */
  readonly canPoll: boolean;
}

export function dialogueTransport(spoken: SpokenTransport): Transport {
  const watch: PollingWatch = { failures: 0, poller: null };
  let dialogue = spoken.startDialogue();
  let lineId: LineId = 0;
  return {
    name: spoken.transport.name,
    open(request, handlers) {
      lineId += 1;
      return new SpokenSocket({ ...spoken, dialogue, request, handlers, lineId, watch });
    },
    forget() {
      dialogue = spoken.startDialogue();
      spoken.transport.forget?.();
    },
  };
}

/** What the dials of one client know of each other. */
interface PollingWatch {
  /** Failed dials in a row. */
  failures: number;
  /** One does without a socket; beside it, only a socket will do. */
  poller: SpokenSocket | null;
}

interface SpokenDial extends SpokenTransport {
  readonly dialogue: Dialogue;
  readonly request: DialRequest;
  readonly handlers: SocketHandlers;
  readonly lineId: LineId;
  readonly watch: PollingWatch;
}

type Happening<Event = DialogueEvent> = Event extends { readonly lineId: LineId } ? Omit<Event, 'lineId'> : never;

/** One connection of a dialogue: performs its steps on the socket that is there, or by HTTP alone where there is none. */
class SpokenSocket implements TransportSocket {
  readonly #dial: SpokenDial;
  readonly #socket: TransportSocket;
  #phase: 'dialling' | 'socket' | 'polling' | 'over' = 'dialling';
  readonly #exchanges = new Set<HttpExchange>();
  #stopTimer = () => {};
  #stopWake = () => {};
  #stopFlush = () => {};
  #told: InboundFrame[] = [];

  constructor(dial: SpokenDial) {
    this.#dial = dial;
    const { transport, request, handlers } = dial;
    this.#socket = transport.open(request, {
      opened: () => this.#open('socket'),
      received: (text) => this.#hear(text),
      receivedBinary: (sizeBytes) => handlers.receivedBinary(sizeBytes),
      closed: (close) => this.#whenClosed(close),
    });
  }

  get bufferedBytes(): number {
    return this.#phase === 'socket' ? this.#socket.bufferedBytes : 0;
  }

  /** False where it cannot be said on this connection. What follows from it comes later, as from any peer. */
  send(text: string): boolean {
    if (!this.#isOpen) return false;
    const { isDeclined, texts = [] } = this.#step({ type: 'asked', frame: readAsked(text) });
    this.#stopFlush();
    if (this.#told.length > 0) this.#stopFlush = this.#dial.tools.clock.startTimer(() => this.#flush(), 0);
    return isDeclined !== true && (this.#phase === 'socket' || texts.length === 0);
  }

  close(code: number, reason: string): void {
    if (this.#phase === 'polling') this.#breakOff({ code, reason, wasClean: true });
    else this.#socket.close(code, reason);
  }

  abandon(): void {
    this.#leave();
    this.#socket.abandon();
  }

  get #isOpen(): boolean {
    return this.#phase === 'socket' || this.#phase === 'polling';
  }

  #open(phase: 'socket' | 'polling'): void {
    const { watch, handlers } = this.#dial;
    this.#phase = phase;
    const isPolling = phase === 'polling';
    if (!isPolling) watch.failures = 0;
    handlers.opened();
    // Whoever hears of it may close it at once.
    if (!this.#isOpen) return;
    this.#step({ type: 'opened', isPolling });
    this.#flush();
    if (isPolling) this.seekSocket(SEEK_AFTER_MS);
  }

  #hear(text: string): void {
    const { handlers } = this.#dial;
    if (text.length > TEXT_LENGTH_MAX) return handlers.received(text);
    const { fault } = this.#step({ type: 'heard', text });
    this.#flush(false);
    if (fault !== undefined) handlers.received(writeFault(fault));
  }

  #whenClosed(close: SocketClose): void {
    if (this.#phase === 'over') return;
    const { watch, canPoll, handlers } = this.#dial;
    if (this.#phase === 'dialling') {
      watch.failures += 1;
      if (canPoll && watch.poller === null && watch.failures >= POLLS_AFTER) {
        watch.poller = this;
        return this.#open('polling');
      }
    }
    this.#leave();
    handlers.closed(close);
  }

  /** One is tried beside it, for as long as it lasts. A client that is not open yet hears nothing of that. */
  seekSocket(afterMs: number): void {
    if (this.#phase !== 'polling') return;
    this.#stopTimer();
    this.#stopTimer = this.#dial.tools.clock.startTimer(() => {
      this.#told.push({ type: 'server-restarting', retryAfterMs: 0 });
      this.#flush();
    }, afterMs);
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
    const { watch, lineId } = this.#dial;
    if (this.#phase === 'polling') watch.poller = null;
    else if (watch.poller !== null && watch.poller.#dial.lineId < lineId) watch.poller.seekSocket(SEEK_AGAIN_AFTER_MS);
    if (this.#isOpen) this.#step({ type: 'ended' });
    this.#phase = 'over';
    this.#told = [];
    this.#stopWake();
    this.#stopFlush();
    for (const exchange of this.#exchanges) exchange.cancel();
    this.#exchanges.clear();
  }

  #step(happening: Happening): DialogueStep {
    const { dialogue, lineId, tools } = this.#dial;
    const step = stepSafely(dialogue, { ...happening, lineId }, tools.clock.nowMs());
    if (this.#phase === 'socket') for (const text of step.texts ?? []) this.#socket.send(text);
    for (const request of step.requests ?? []) this.#request(request);
    if (step.wakeAfterMs !== undefined) {
      this.#stopWake();
      this.#stopWake = tools.clock.startTimer(() => this.#follow({ type: 'woken' }), step.wakeAfterMs);
    }
    this.#told.push(...(step.told ?? []));
    if (step.closes !== undefined) this.#breakOff({ ...step.closes, wasClean: true });
    return step;
  }

  #follow(happening: Happening, isOwnWord = true): void {
    this.#step(happening);
    this.#flush(isOwnWord);
  }

  #request({ name, method, url, headers = {}, body, withToken = false }: DialogueRequest): void {
    const { tools, request, tokenIn } = this.#dial;
    const token = withToken ? tokenOf(request, tokenIn) : null;
    const exchange = tools.http({
      method,
      url: url.startsWith('/') ? `${originOf(request.url)}${url}` : url,
      headers: { ...headers, ...(token !== null && { Authorization: `Bearer ${token}` }) },
      body: body ?? null,
    });
    this.#exchanges.add(exchange);
    const whenAnswered = (answer: HttpAnswer | null) => {
      if (this.#exchanges.delete(exchange)) this.#follow({ type: 'answered', name, answer }, answer === null);
    };
    exchange.answer.then(whenAnswered, () => whenAnswered(null));
  }

  #flush(isOwnWord = true): void {
    const told = this.#told;
    this.#told = [];
    if (!this.#isOpen || told.length === 0) return;
    this.#dial.handlers.received(writeTold(told, isOwnWord));
    if (told.some(({ type }) => type === 'joined')) this.seekSocket(SEEK_AFTER_MS);
  }
}

/** A text that a dialogue chokes on is a frame that could not be read. */
function stepSafely(dialogue: Dialogue, event: DialogueEvent, nowMs: number): DialogueStep {
  try {
    return dialogue.step(event, nowMs);
  } catch {
    return event.type === 'heard' ? { fault: 'invalid-shape' } : {};
  }
}
