/** The connection of one client: the machine's loop, and the parts that dial, write, watch and show for it. */

import type { ConnectionEvent } from '../../core/connection/event.js';
import type { ConnectionState, DialId } from '../../core/connection/state.js';
import type { OutboundFrame } from '../../core/frame.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ChatSnapshot } from '../chat-snapshot.js';
import type { MetricsCounter } from '../metrics.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Receiver } from '../receiving/receiver.js';
import type { Sender } from '../sending/sender.js';
import type { Turn } from '../telling/turn.js';
import { ConnectionLoop } from './connection-loop.js';
import { ConnectionStatus } from './connection-status.js';
import { ConnectionWaits } from './connection-waits.js';
import { ConnectionWatch } from './connection-watch.js';
import { Dials } from './dials.js';
import { FrameWriter } from './frame-writer.js';
import { PageWatch } from './page-watch.js';
import { RefusalInquiry } from './refusal-inquiry.js';

export interface LinkSurroundings {
  readonly options: ResolvedOptions;
  readonly turn: Turn;
  readonly metrics: MetricsCounter;
  readonly sender: Sender;
  readonly receiver: Receiver;
  /** After each step that changed the state; `view` is what users see of it. */
  readonly onStepped: (before: ConnectionState, after: ConnectionState, view: ChatSnapshot['connection']) => void;
  readonly onOpened: (dialId: DialId) => void;
  /** Another dial is the one in use from here on; the one before brings its last frames. */
  readonly onTakenOver: (dialId: DialId) => void;
  /** The one before is over, and `dialId` alone is left. */
  readonly onDrained: (dialId: DialId) => void;
  /** The dial is over; `wasOpen` tells whether it was in use. */
  readonly onDialLeft: (dialId: DialId, wasOpen: boolean) => void;
  readonly onViewChanged: () => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class Link {
  readonly waits = new ConnectionWaits();
  readonly pageWatch: PageWatch;
  readonly inquiry: RefusalInquiry;
  readonly #around: LinkSurroundings;
  readonly #dials: Dials;
  readonly #writer: FrameWriter;
  readonly #watch: ConnectionWatch;
  readonly #loop: ConnectionLoop;
  readonly #status: ConnectionStatus;

  constructor(around: LinkSurroundings) {
    this.#around = around;
    const { options, turn, onViewChanged } = around;
    const { clock, pageSignals, policy } = options;
    this.#dials = this.#makeDials();
    this.#writer = this.#makeWriter();
    this.#watch = this.#makeWatch();
    this.#loop = this.#makeLoop();
    const { attemptsMax } = policy;
    this.#status = new ConnectionStatus({ clock, turn, attemptsMax, onChanged: onViewChanged }, this.#loop.state);
    this.inquiry = new RefusalInquiry({
      diagnose: options.diagnose,
      secrets: options.secrets,
      clock,
      timeoutMs: policy.tokenMs,
      turn,
      onFinal: () => this.dispatch({ type: 'refusal-judged-final' }),
    });
    this.pageWatch = new PageWatch(pageSignals, (event) => turn.run(() => this.dispatch(event)));
  }

  get state(): ConnectionState {
    return this.#loop.state;
  }

  /** What users see. */
  get view(): ChatSnapshot['connection'] {
    return this.#status.view;
  }

  get isOpen(): boolean {
    return this.#loop.state.status === 'open';
  }

  get isDisposed(): boolean {
    return this.#loop.isDisposed;
  }

  /** True while any frame is awaited as a sign of life. */
  get isPulseInDoubt(): boolean {
    return this.#loop.isPulseInDoubt;
  }

  dispatch(event: ConnectionEvent): void {
    this.#loop.dispatch(event);
  }

  /** True: sent. False: this dial has no socket that takes it. Null: the protocol has no such frame. */
  send(dialId: DialId, frame: OutboundFrame): boolean | null {
    return this.#writer.send(dialId, frame);
  }

  /** `send` on the open connection; false if there is none. */
  sendWhenOpen(frame: OutboundFrame): boolean | null {
    const { state } = this.#loop;
    return state.status === 'open' ? this.send(state.dialId, frame) : false;
  }

  bufferedBytes(dialId: DialId): number {
    return this.#dials.bufferedBytes(dialId) + this.#writer.waitingChars;
  }

  tokenExpiresInMs(dialId: DialId): number | null {
    return this.#dials.expiresInMs(dialId);
  }

  #whenStepped(before: ConnectionState, after: ConnectionState): void {
    this.#watch.follow(before, after);
    this.pageWatch.follow(after);
    this.#status.follow(after);
    this.inquiry.follow(before, after);
    this.#around.onStepped(before, after, this.view);
    this.waits.follow(after);
  }

  #whenJoining(dialId: DialId): void {
    const { options, receiver } = this.#around;
    receiver.begin(dialId);
    const token = options.protocol.tokenIn === 'first-frame' ? this.#dials.takeToken(dialId) : null;
    if (token !== null) this.send(dialId, { type: 'authenticate', token });
  }

  #makeDials(): Dials {
    const { receiver } = this.#around;
    return new Dials({
      ...this.#around,
      dispatch: (event) => this.dispatch(event),
      onText: (dialId, text) => receiver.readText(dialId, text),
      onBinary: (dialId) => receiver.readBinary(dialId),
      onRenewal: (dialId, token) => this.send(dialId, { type: 'authenticate', token }),
    });
  }

  #makeWriter(): FrameWriter {
    const { options, metrics, sender, receiver } = this.#around;
    return new FrameWriter({
      protocol: options.protocol,
      metrics,
      termsOf: (dialId) => receiver.termsOf(dialId),
      mustGoAlone: () => sender.mustGoAlone,
      onFrame: (terms) => sender.countFrame(terms),
      sendText: (dialId, text) => this.#dials.send(dialId, text),
    });
  }

  #makeWatch(): ConnectionWatch {
    const { options, receiver } = this.#around;
    return new ConnectionWatch({
      ...this.#around,
      clock: options.clock,
      onJoining: (dialId) => this.#whenJoining(dialId),
      onDialEnded: (dialId) => receiver.end(dialId),
    });
  }

  #makeLoop(): ConnectionLoop {
    const { options, turn, receiver } = this.#around;
    return new ConnectionLoop({
      ...options,
      turn,
      heardAtMs: () => receiver.heardAtMs,
      onStep: (before, after) => this.#whenStepped(before, after),
      perform: (command) => {
        if (command.type === 'send-ping') return void this.send(command.dialId, { type: 'ping' });
        this.#writer.flush();
        this.#dials.perform(command);
      },
    });
  }
}
