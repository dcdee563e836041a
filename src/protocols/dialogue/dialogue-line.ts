/** One connection of a dialogue: performs its steps on the socket that is there, or by HTTP alone where there is none. */

import type { InboundFrame } from '../../core/frame.js';
import type { Clock } from '../../ports/clock.js';
import type { HttpExchange, HttpPort } from '../../ports/http.js';
import type { SocketHandlers, TransportSocket } from '../../ports/transport.js';
import type { Dialogue, DialogueEvent, DialogueRequest, DialogueStep, LineId } from './dialogue.js';
import { readAsked, writeFault, writeTold } from './frame-text.js';

/** A longer text goes to the client as it is, which drops it unread. */
const TEXT_LENGTH_MAX = 1_000_000;

export interface LineSurroundings {
  readonly lineId: LineId;
  readonly dialogue: Dialogue;
  readonly clock: Clock;
  readonly http: HttpPort;
  readonly handlers: SocketHandlers;
  /** Where paths are, and what is to be shown there. */
  readonly origin: string;
  readonly token: string | null;
  readonly onClosed: (code: number, reason: string) => void;
  /** The client was told what it needs to be open. */
  readonly onJoined: () => void;
}

type Happening<Event = DialogueEvent> = Event extends { readonly lineId: LineId } ? Omit<Event, 'lineId'> : never;

export class DialogueLine {
  /** The socket; null where there is none. */
  socket: TransportSocket | null = null;
  readonly #around: LineSurroundings;
  readonly #exchanges = new Set<HttpExchange>();
  #stopTimer = () => {};
  #stopFlush = () => {};
  #told: InboundFrame[] = [];
  #isOpen = false;

  constructor(around: LineSurroundings) {
    this.#around = around;
  }

  open(isPolling: boolean): void {
    this.#isOpen = true;
    this.#around.handlers.opened();
    this.#step({ type: 'opened', isPolling });
    this.#flush();
  }

  hear(text: string): void {
    if (text.length > TEXT_LENGTH_MAX) return this.#around.handlers.received(text);
    const { fault } = this.#step({ type: 'heard', text });
    this.#flush();
    if (fault !== undefined) this.#around.handlers.received(writeFault(fault));
  }

  /** False where it cannot be said on this connection. What follows from it comes later, as from any peer. */
  ask(text: string): boolean {
    if (!this.#isOpen) return false;
    const { isDeclined, texts = [] } = this.#step({ type: 'asked', frame: readAsked(text) });
    this.#flushSoon();
    return isDeclined !== true && (this.socket !== null || texts.length === 0);
  }

  tell(frame: InboundFrame): void {
    if (!this.#isOpen) return;
    this.#told.push(frame);
    this.#flush();
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#step({ type: 'ended' });
    this.#isOpen = false;
    this.#told = [];
    this.#stopTimer();
    this.#stopFlush();
    for (const exchange of this.#exchanges) exchange.cancel();
    this.#exchanges.clear();
  }

  #step(happening: Happening): DialogueStep {
    const { dialogue, lineId, clock } = this.#around;
    const step = stepSafely(dialogue, { ...happening, lineId }, clock.nowMs());
    for (const text of step.texts ?? []) this.socket?.send(text);
    for (const request of step.requests ?? []) this.#request(request);
    if (step.wakeAfterMs !== undefined) this.#wakeIn(step.wakeAfterMs);
    this.#told.push(...(step.told ?? []));
    if (step.closes !== undefined) this.#around.onClosed(step.closes.code, step.closes.reason);
    return step;
  }

  #request({ name, method, url, headers = {}, body, withToken = false }: DialogueRequest): void {
    const { http, origin, token } = this.#around;
    const authorization = withToken && token !== null ? { Authorization: `Bearer ${token}` } : {};
    const exchange = http({
      method,
      url: url.startsWith('/') ? `${origin}${url}` : url,
      headers: { ...headers, ...authorization },
      body: body ?? null,
    });
    this.#exchanges.add(exchange);
    exchange.answer.then(
      (answer) => this.#whenAnswered(exchange, { type: 'answered', name, answer }),
      () => this.#whenAnswered(exchange, { type: 'answered', name, answer: null }),
    );
  }

  #whenAnswered(exchange: HttpExchange, happening: Happening): void {
    if (!this.#exchanges.delete(exchange)) return;
    this.#step(happening);
    this.#flush();
  }

  #wakeIn(delayMs: number): void {
    this.#stopTimer();
    this.#stopTimer = this.#around.clock.startTimer(() => {
      this.#step({ type: 'woken' });
      this.#flush();
    }, delayMs);
  }

  #flush(): void {
    const told = this.#told;
    this.#told = [];
    if (!this.#isOpen || told.length === 0) return;
    this.#around.handlers.received(writeTold(told));
    if (told.some(({ type }) => type === 'joined')) this.#around.onJoined();
  }

  #flushSoon(): void {
    this.#stopFlush();
    if (this.#told.length > 0) this.#stopFlush = this.#around.clock.startTimer(() => this.#flush(), 0);
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
