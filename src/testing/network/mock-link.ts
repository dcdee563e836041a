/** One dial through a mock transport: both ends, and the network between them. */
import type { Clock } from '../../ports/clock.js';
import type { DialRequest, SocketClose, SocketHandlers, TransportSocket } from '../../ports/transport.js';
import { readClientClose } from './client-close.js';
import { ClientEnd, requireClock } from './client-end.js';
import { describeDial, isAnswered, readToken } from './dial-facts.js';
import type { ConnectionEnd, LostDirection, MockConnection } from './mock-connection.js';
import { ServerEnd } from './server-end.js';
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
  bufferedBytes = 0;
  readonly #client: ClientEnd;
  readonly #context: DialContext;
  readonly #server = new ServerEnd();
  #lost: LostDirection | null = null;
  #closeDelayMs = 0;
  #cancelOpening: () => void = () => {};

  constructor(request: DialRequest, context: DialContext) {
    this.#context = context;
    this.number = context.number;
    this.url = request.url;
    this.subprotocols = [...request.subprotocols];
    this.token = readToken(request);
    this.#client = new ClientEnd(context.handlers, context.clock);
    this.#note('client', describeDial(request));
  }

  get state(): MockConnection['state'] {
    return this.#server.state;
  }

  get isLive(): boolean {
    return this.#client.isLive;
  }

  get end(): ConnectionEnd | null {
    return this.#server.end;
  }

  get received(): readonly string[] {
    return this.#server.received;
  }

  accept(answer: { readonly subprotocol?: string | null } = {}): void {
    this.#expectState('accept', 'connecting');
    const { subprotocol = this.subprotocols[0] ?? null } = answer;
    if (!isAnswered(this.subprotocols, subprotocol)) {
      this.#note('network', 'fails the handshake: the server did not echo one of the subprotocols offered');
      return this.#finish(LOST);
    }
    this.#cancelOpening();
    this.#server.open();
    this.#note('server', subprotocol === null ? 'accepts' : `accepts with ${subprotocol}`);
    this.#client.tellOpened();
  }

  openAfter(delayMs: number): void {
    this.#expectState('open', 'connecting');
    this.#cancelOpening = requireClock(this.#context.clock).startTimer(() => this.accept(), delayMs);
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
    if (this.#loses('to-client')) this.#note('network', 'loses the close frame');
    else this.#finish({ code, reason, wasClean: true });
  }

  dropAbruptly(): void {
    if (this.state === 'closed') this.#expectState('drop', 'open');
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
    this.#sendFrame(text, (handlers) => handlers.received(text));
  }

  sendBinary(sizeBytes: number): void {
    this.#sendFrame(`(binary, ${sizeBytes} bytes)`, (handlers) => handlers.receivedBinary(sizeBytes));
  }

  onFrame(listener: (text: string) => void): () => void {
    return this.#server.frameListeners.add(listener);
  }

  onEnd(listener: (end: ConnectionEnd) => void): () => void {
    return this.#server.endListeners.add(listener);
  }

  transcript(): string {
    return this.#context.transcript.print();
  }

  /** The client's side of this link. */
  makeSocket(): TransportSocket {
    const link = this;
    return {
      get bufferedBytes() {
        return link.bufferedBytes;
      },
      send: (text) => link.#takeFrame(text),
      close: (code, reason) => link.#takeClose(readClientClose(code, reason)),
      abandon: () => link.#takeAbandon(),
    };
  }

  #takeFrame(text: string): boolean {
    if (!this.isLive || this.#client.phase !== 'open') return false;
    if (this.state !== 'open' || this.#loses('to-server')) {
      this.#note('client', `${text} (lost)`);
      return true;
    }
    this.#note('client', text);
    this.#server.take(text);
    return true;
  }

  #takeClose(close: SocketClose): void {
    const { phase } = this.#client;
    if (!this.isLive || phase === 'closing' || phase === 'closed') return;
    this.#note('client', `closes with ${close.code} ${close.reason}`.trimEnd());
    this.#client.startClosing();
    if (this.state === 'closed') return;
    if (phase === 'connecting') this.#finish(LOST);
    else if (this.#lost === null) this.#finish(close);
    else if (this.#lost === 'to-client') this.#endForServer(close);
  }

  #takeAbandon(): void {
    if (!this.isLive) return;
    this.#note('client', 'abandons the socket');
    this.#client.abandon();
    if (this.state !== 'closed' && !this.#loses('to-server')) this.#endForServer(LOST);
  }

  /** Ends both sides: the server's now, the client's when it is told. */
  #finish(close: SocketClose): void {
    this.#endForServer(close);
    this.#client.tellClosed(close, this.#closeDelayMs);
  }

  #endForServer(end: ConnectionEnd): void {
    this.#cancelOpening();
    this.#server.finish(end);
  }

  #sendFrame(text: string, tell: (handlers: SocketHandlers) => void): void {
    this.#expectState('send on', 'open');
    this.#note('server', this.#loses('to-client') ? `${text} (lost)` : text);
    if (!this.#loses('to-client')) this.#client.tellFrame(tell);
  }

  #loses(direction: 'to-client' | 'to-server'): boolean {
    return this.#lost === 'both' || this.#lost === direction;
  }

  #note(side: TranscriptSide, text: string): void {
    this.#context.transcript.add(this.number, side, text);
  }

  #expectState(action: string, state: MockConnection['state']): void {
    if (this.state === state) return;
    throw new Error(
      `Cannot ${action} connection ${this.number}: it is ${this.state}, not ${state}. What happened:\n${this.transcript()}`,
    );
  }
}
