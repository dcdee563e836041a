/** One dial through a mock transport: both ends, and the network between them. */
import type { Clock } from '../ports/clock.js';
import type { DialRequest, SocketClose, SocketHandlers, TransportSocket } from '../ports/transport.js';
import { cutCloseReason, toAllowedCloseCode } from '../transports/close-frame.js';
import { ClientEnd } from './client-end.js';
import { describeDial, readToken } from './dial-token.js';
import type { ConnectionEnd, LostDirection, MockConnection } from './mock-connection.js';
import type { Transcript, TranscriptSide } from './transcript.js';

const LOST: SocketClose = { code: 1006, reason: '', wasClean: false };

export interface DialContext {
  readonly number: number;
  readonly handlers: SocketHandlers;
  readonly clock: Clock | null;
  readonly transcript: Transcript;
}

export class MockLink implements MockConnection {
  readonly number: number;
  readonly url: string;
  readonly subprotocols: readonly string[];
  readonly token: string | null;
  readonly received: string[] = [];
  bufferedBytes = 0;
  readonly #client: ClientEnd;
  readonly #clock: Clock | null;
  readonly #transcript: Transcript;
  readonly #frameListeners = new Set<(text: string) => void>();
  readonly #endListeners = new Set<(end: ConnectionEnd) => void>();
  #state: MockConnection['state'] = 'connecting';
  #end: ConnectionEnd | null = null;
  #lost: LostDirection | null = null;
  #closeDelayMs = 0;
  #cancelOpening: () => void = () => {};

  constructor(request: DialRequest, { number, handlers, clock, transcript }: DialContext) {
    this.number = number;
    this.url = request.url;
    this.subprotocols = [...request.subprotocols];
    this.token = readToken(request);
    this.#client = new ClientEnd(handlers, clock);
    this.#clock = clock;
    this.#transcript = transcript;
    this.#note('client', describeDial(request));
  }

  get state(): MockConnection['state'] {
    return this.#state;
  }

  get isLive(): boolean {
    return this.#client.isLive;
  }

  get end(): ConnectionEnd | null {
    return this.#end;
  }

  accept(answer: { readonly subprotocol?: string | null } = {}): void {
    this.#expectState('accept', 'connecting');
    const { subprotocol = this.subprotocols[0] ?? null } = answer;
    // Browsers fail the handshake when the echo is missing or was never offered.
    const isAnswered = subprotocol === null ? this.subprotocols.length === 0 : this.subprotocols.includes(subprotocol);
    if (!isAnswered) {
      this.#note('network', 'fails the handshake: the server did not echo one of the subprotocols offered');
      this.#finish(LOST);
      return;
    }
    this.#cancelOpening();
    this.#state = 'open';
    this.#note('server', subprotocol === null ? 'accepts' : `accepts with ${subprotocol}`);
    this.#client.tellOpened();
  }

  openAfter(delayMs: number): void {
    this.#expectState('open', 'connecting');
    if (this.#clock === null) throw new Error('A delay needs a clock: mockTransport({ clock: manualClock() }).');
    this.#cancelOpening = this.#clock.startTimer(() => this.accept(), delayMs);
  }

  rejectHandshake(): void {
    this.#expectState('reject', 'connecting');
    this.#note('server', 'refuses the handshake');
    this.#finish(LOST);
  }

  hang(): void {
    this.#expectState('hang', 'connecting');
    this.#note('server', 'leaves the handshake unanswered');
  }

  close(code = 1000, reason = ''): void {
    this.#expectState('close', 'open');
    this.#note('server', `closes with ${code} ${reason}`.trimEnd());
    if (this.#losesToClient) this.#note('network', 'loses the close frame');
    else this.#finish({ code, reason, wasClean: true });
  }

  dropAbruptly(): void {
    if (this.#state === 'closed') this.#expectState('drop', 'open');
    this.#note('network', 'drops the connection');
    this.#lost = null;
    this.#finish(LOST);
  }

  blackhole(direction: LostDirection = 'both'): void {
    this.#expectState('blackhole', 'open');
    this.#note('network', `loses everything from now on (${direction})`);
    this.#lost = direction;
  }

  delayClose(delayMs: number): void {
    this.#closeDelayMs = delayMs;
  }

  sendRaw(text: string): void {
    this.#expectState('send on', 'open');
    this.#sendFrame(text, (handlers) => handlers.received(text));
  }

  sendBinary(sizeBytes: number): void {
    this.#expectState('send on', 'open');
    this.#sendFrame(`(binary, ${sizeBytes} bytes)`, (handlers) => handlers.receivedBinary(sizeBytes));
  }

  onFrame(listener: (text: string) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  onEnd(listener: (end: ConnectionEnd) => void): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  transcript(): string {
    return this.#transcript.print();
  }

  /** The client's side of this link. */
  makeSocket(): TransportSocket {
    const link = this;
    return {
      get bufferedBytes() {
        return link.bufferedBytes;
      },
      send: (text) => link.#takeFrame(text),
      close: (code, reason) => link.#takeClose(toAllowedCloseCode(code), cutCloseReason(reason)),
      abandon: () => link.#takeAbandon(),
    };
  }

  #takeFrame(text: string): boolean {
    if (!this.isLive || this.#client.phase !== 'open') return false;
    if (this.#state !== 'open' || this.#losesToServer) {
      this.#note('client', `${text} (lost)`);
      return true;
    }
    this.#note('client', text);
    this.received.push(text);
    for (const listener of [...this.#frameListeners]) listener(text);
    return true;
  }

  #takeClose(code: number, reason: string): void {
    const { phase } = this.#client;
    if (!this.isLive || phase === 'closing' || phase === 'closed') return;
    this.#note('client', `closes with ${code} ${reason}`.trimEnd());
    this.#client.startClosing();
    if (this.#state === 'closed') return;
    if (phase === 'connecting') this.#finish(LOST);
    else if (this.#lost === null) this.#finish({ code, reason, wasClean: true });
    else if (this.#lost === 'to-client') this.#endForServer({ code, reason });
  }

  #takeAbandon(): void {
    if (!this.isLive) return;
    this.#note('client', 'abandons the socket');
    this.#client.abandon();
    if (this.#state !== 'closed' && !this.#losesToServer) this.#endForServer(LOST);
  }

  /** Ends both sides: the server's now, the client's when it is told. */
  #finish(close: SocketClose): void {
    this.#endForServer(close);
    this.#client.tellClosed(close, this.#closeDelayMs);
  }

  #endForServer({ code, reason }: ConnectionEnd): void {
    this.#cancelOpening();
    this.#state = 'closed';
    this.#end = { code, reason };
    for (const listener of [...this.#endListeners]) listener(this.#end);
  }

  #sendFrame(text: string, tell: (handlers: SocketHandlers) => void): void {
    this.#note('server', this.#losesToClient ? `${text} (lost)` : text);
    if (!this.#losesToClient) this.#client.tellFrame(tell);
  }

  get #losesToClient(): boolean {
    return this.#lost === 'both' || this.#lost === 'to-client';
  }

  get #losesToServer(): boolean {
    return this.#lost === 'both' || this.#lost === 'to-server';
  }

  #note(side: TranscriptSide, text: string): void {
    this.#transcript.add(this.number, side, text);
  }

  #expectState(action: string, state: MockConnection['state']): void {
    if (this.#state === state) return;
    throw new Error(
      `Cannot ${action} connection ${this.number}: it is ${this.#state}, not ${state}. What happened:\n${this.transcript()}`,
    );
  }
}
