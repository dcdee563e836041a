/** One real client over real sockets, straight to where it is told, with a diary for the judge and a log of its connection. */

import { ChatSocketClient, type CloseCause, type PageSignal, type PageSignals } from 'chatsocket';
import { envelopeProtocol } from 'chatsocket/protocols';
import { seededRandom } from 'chatsocket/testing';
import { webSocketTransport } from 'chatsocket/transports';
import { WebSocket } from 'ws';
import { type Account, fetchToken } from '../../../examples/play/script/account.js';
import type { Attempt, View } from '../../../examples/play/script/checker.js';
import { Diary } from '../../../examples/play/script/diary.js';
import { pause } from '../../../examples/play/script/waiting.js';
import { watchTransport } from './watch-transport.js';

/** Plain facts: they cross to another process. */
export interface TalkerOptions {
  readonly name: string;
  readonly account: Account;
  readonly conversationId: string;
  /** Where the socket is dialled. */
  readonly url: string;
  /** Where tokens are fetched. */
  readonly serverUrl: string;
  readonly seed: number;
  readonly tokenIn?: 'subprotocol' | { readonly query: string };
  readonly pace?: Partial<Pace>;
}

/** Quicker than the defaults, so that a test sees in seconds what a user sees in minutes. */
export interface Pace {
  readonly heartbeatMs: number;
  readonly heartbeatTimeoutMs: number;
  /** For the token, and for each step of a dial. */
  readonly dialMs: number;
  readonly ackTimeoutMs: number;
}

const PACE: Pace = { heartbeatMs: 2_000, heartbeatTimeoutMs: 1_000, dialMs: 2_000, ackTimeoutMs: 2_500 };

/** Of two bytes each. */
const LONG_CHARS = 5_000;

export interface Speech {
  readonly messages: number;
  readonly apartMs: number;
  /** Whether each takes 10,000 bytes, in as many characters as the protocol allows. Default: only a few. */
  readonly isLong?: boolean;
}

/** How far it is, and how its connection fared. Times are Unix milliseconds. */
export interface Progress {
  readonly isOpen: boolean;
  readonly timesOpened: number;
  readonly sentCount: number;
  readonly ackedCount: number;
  readonly receivedCount: number;
  /** `acked` promises that have resolved or rejected. */
  readonly settledCount: number;
  readonly dialledAtMs: readonly number[];
  readonly lostAtMs: readonly number[];
  readonly causes: readonly CloseCause[];
  /** The most that a socket held back, right after a frame was handed to it. */
  readonly bufferedBytesMax: number;
}

export interface Evidence {
  readonly attempts: readonly Attempt[];
  readonly view: View;
  readonly complaints: readonly string[];
}

export class Talker {
  /** Every token that it was given. */
  readonly tokens: string[] = [];
  readonly #options: TalkerOptions;
  readonly #client: ChatSocketClient;
  readonly #diary: Diary;
  readonly #listeners = new Set<(signal: PageSignal) => void>();
  readonly #dialledAtMs: number[] = [];
  readonly #lostAtMs: number[] = [];
  readonly #causes: CloseCause[] = [];
  #bufferedBytesMax = 0;
  #settledCount = 0;
  #wasOpen = false;

  constructor(options: TalkerOptions) {
    this.#options = options;
    this.#client = this.#makeClient();
    const { name, account, conversationId } = options;
    this.#diary = new Diary(this.#client, { name, userId: account.userId, conversationId });
    this.#client.on('status-changed', () => this.#logConnection());
  }

  get progress(): Progress {
    return {
      isOpen: this.#wasOpen,
      timesOpened: this.#diary.timesOpened,
      sentCount: this.#diary.attempts.length,
      ackedCount: this.#diary.ackedCount,
      receivedCount: this.#diary.receivedCount,
      settledCount: this.#settledCount,
      dialledAtMs: this.#dialledAtMs,
      lostAtMs: this.#lostAtMs,
      causes: this.#causes,
      bufferedBytesMax: this.#bufferedBytesMax,
    };
  }

  get evidence(): Evidence {
    const { attempts, view, complaints } = this.#diary;
    return { attempts, view, complaints };
  }

  connect(): void {
    this.#client.connect();
  }

  /** Resolves when everything is handed to the client, which is long before it is acked. */
  async talk({ messages, apartMs, isLong = false }: Speech): Promise<void> {
    for (let said = 0; said < messages; said += 1) {
      if (said > 0) await pause(apartMs);
      const text = `${this.#options.name} message ${this.#diary.attempts.length + 1}`;
      const settle = () => {
        this.#settledCount += 1;
      };
      this.#diary.send(isLong ? text.padEnd(LONG_CHARS, 'é') : text).acked.then(settle, settle);
    }
  }

  /** What the device says about itself. */
  signal(signal: PageSignal): void {
    for (const listener of this.#listeners) listener(signal);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #logConnection(): void {
    const { connection } = this.#client.snapshot;
    const isOpen = connection.status === 'open';
    if (this.#wasOpen && !isOpen) this.#lostAtMs.push(Date.now());
    this.#wasOpen = isOpen;
    if (connection.status !== 'connecting' && connection.status !== 'closed') return;
    const { cause } = connection;
    if (cause !== null && cause.atMs !== this.#causes.at(-1)?.atMs) this.#causes.push(cause);
  }

  #makeClient(): ChatSocketClient {
    const { account, conversationId, url, serverUrl, seed, tokenIn = 'subprotocol' } = this.#options;
    const pace = { ...PACE, ...this.#options.pace };
    return new ChatSocketClient({
      url,
      // The namespaces of these tests are as closed as the loopback, but the client cannot know that.
      allowInsecure: true,
      token: async ({ signal }) => {
        const token = await fetchToken(serverUrl, account, signal);
        this.tokens.push(token);
        return token;
      },
      conversationId,
      identity: account.userId,
      protocol: envelopeProtocol({ tokenIn }),
      transport: watchTransport(webSocketTransport({ webSocket: WebSocket }), {
        onDial: () => this.#dialledAtMs.push(Date.now()),
        onBuffered: (bufferedBytes) => {
          this.#bufferedBytesMax = Math.max(this.#bufferedBytesMax, bufferedBytes);
        },
      }),
      pageSignals: this.#pageSignals(),
      reconnect: { delayFirstMs: 200, delayMaxMs: 1_000, stableAfterMs: 2_000, dialsPerMinuteMax: 60 },
      heartbeat: { intervalMs: pace.heartbeatMs, timeoutMs: pace.heartbeatTimeoutMs },
      timeouts: { tokenMs: pace.dialMs, connectMs: pace.dialMs, closeMs: 1_000 },
      outbox: { ackTimeoutMs: pace.ackTimeoutMs },
      random: seededRandom(seed),
    });
  }

  #pageSignals(): PageSignals {
    return {
      isHidden: () => false,
      isOnline: () => true,
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }
}
