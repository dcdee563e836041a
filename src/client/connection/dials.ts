/** Performs what the machine commands: fetches tokens, opens sockets, ends them. One line per dial. */

import type { ConnectionCommand } from '../../core/connection/command.js';
import type { ConnectionEvent } from '../../core/connection/event.js';
import type { DialId } from '../../core/connection/state.js';
import { ChatSocketError, isChatSocketError } from '../../errors/chat-socket-error.js';
import { isStopConnecting } from '../../errors/stop-connecting.js';
import { nameOfThrown } from '../../errors/thrown-name.js';
import type { TokenRequest } from '../../ports/token-source.js';
import type { SocketHandlers, TransportSocket } from '../../ports/transport.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Secrets } from '../secrets.js';
import type { Turn } from '../telling/turn.js';
import { buildDialRequest, checkToken, checkUrl } from './dial-request.js';

type DialCommand = Exclude<ConnectionCommand, { type: 'start-timer' | 'stop-timer' | 'send-ping' }>;
type FetchToken = Extract<ConnectionCommand, { type: 'fetch-token' }>;

export interface DialsSurroundings {
  readonly options: ResolvedOptions;
  readonly turn: Turn;
  readonly dispatch: (event: ConnectionEvent) => void;
  readonly onText: (dialId: DialId, text: string) => void;
  readonly onBinary: (dialId: DialId) => void;
  /** A token for the open connection, to be handed to the server in band. */
  readonly onRenewal: (dialId: DialId, token: string) => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

interface Line {
  readonly abort: AbortController;
  url: string | null;
  /** Forgotten as soon as it is used. */
  token: string | null;
  expiresInMs: number | null;
  socket: TransportSocket | null;
  renewal: AbortController | null;
}

interface Credentials {
  readonly url: string;
  readonly token: string | null;
  readonly expiresInMs: number | null;
}

export class Dials {
  readonly #around: DialsSurroundings;
  readonly #lines = new Map<DialId, Line>();

  constructor(around: DialsSurroundings) {
    this.#around = around;
  }

  perform(command: DialCommand): void {
    switch (command.type) {
      case 'fetch-token':
        this.#fetch(command);
        return;
      case 'dial':
        this.#dial(command.dialId);
        return;
      case 'hang-up': {
        const line = this.#lines.get(command.dialId);
        line?.renewal?.abort();
        line?.socket?.close(1000, '');
        return;
      }
      case 'drop':
        this.#drop(command.dialId, command.code);
        return;
      case 'renew-token':
        this.#renew(command.dialId);
        return;
      case 'abort-renewal':
        this.#lines.get(command.dialId)?.renewal?.abort();
    }
  }

  /** Hands a text frame to a dial's socket; false if it could not take it. */
  send(dialId: DialId, text: string): boolean {
    return this.#lines.get(dialId)?.socket?.send(text) ?? false;
  }

  bufferedBytes(dialId: DialId): number {
    return this.#lines.get(dialId)?.socket?.bufferedBytes ?? 0;
  }

  /** What the provider said of the token's life; null if it said nothing. */
  expiresInMs(dialId: DialId): number | null {
    return this.#lines.get(dialId)?.expiresInMs ?? null;
  }

  /** Tokens that travel in the first frame wait here for it. */
  takeToken(dialId: DialId): string | null {
    const line = this.#lines.get(dialId);
    const token = line?.token ?? null;
    if (line !== undefined) line.token = null;
    return token;
  }

  #fetch(command: FetchToken): void {
    const { dialId, reason, attempt, lastClose } = command;
    const abort = new AbortController();
    const line: Line = { abort, url: null, token: null, expiresInMs: null, socket: null, renewal: null };
    this.#lines.set(dialId, line);
    const request: TokenRequest = { signal: abort.signal, reason, attempt, lastClose };
    this.#credentials(request).then(
      (credentials) => {
        if (abort.signal.aborted) return;
        Object.assign(line, credentials);
        this.#around.turn.run(() => this.#around.dispatch({ type: 'token-arrived', dialId }));
      },
      (thrown: unknown) => {
        if (!abort.signal.aborted) this.#around.turn.run(() => this.#tokenFailed(dialId, thrown));
      },
    );
  }

  /** The URL first: no delay may lie between a single-use token's arrival and its dial. */
  async #credentials(request: TokenRequest): Promise<Credentials> {
    const { options } = this.#around;
    const { url: source, token } = options;
    const address = typeof source === 'string' ? source : await ask(() => source(request));
    const url = checkUrl(address, options.allowInsecure);
    // Nobody waits for a token any more if the URL took too long.
    if (token === null || request.signal.aborted) return { url, token: null, expiresInMs: null };
    const askedAtMs = options.clock.nowMs();
    let answer = readTokenAnswer(await ask(() => token(request)));
    const { expiresInMs } = answer;
    // The machine slept while it was on its way. Once is enough: what is over again is for the server to judge.
    const isOver = expiresInMs !== null && expiresInMs > 0 && options.clock.nowMs() - askedAtMs >= expiresInMs;
    if (isOver && !request.signal.aborted) answer = readTokenAnswer(await ask(() => token(request)));
    return { url, ...answer };
  }

  #tokenFailed(dialId: DialId, thrown: unknown): void {
    const { dispatch, onTrouble, options } = this.#around;
    if (isStopConnecting(thrown)) {
      const reason = thrown instanceof Error ? options.secrets.hide(thrown.message) : null;
      return dispatch({ type: 'token-failed', dialId, kind: 'stopped-by-provider', reason });
    }
    const hasNone = isChatSocketError(thrown, 'token/none');
    if (!hasNone && isChatSocketError(thrown)) onTrouble(thrown);
    dispatch({ type: 'token-failed', dialId, kind: hasNone ? 'no-token' : 'token-failed', reason: null });
  }

  #dial(dialId: DialId): void {
    const line = this.#lines.get(dialId);
    if (line === undefined || line.url === null) return;
    const { options, dispatch, onTrouble } = this.#around;
    try {
      options.secrets.learnQuery(line.url);
      if (line.token !== null) options.secrets.learnToken(line.token);
      const request = buildDialRequest(line.url, line.token, options.protocol);
      if (options.protocol.tokenIn !== 'first-frame') line.token = null;
      line.socket = options.transport.open(request, this.#handlers(dialId));
    } catch (thrown) {
      onTrouble(toDialError(thrown, options.secrets));
      const isHopeless = isChatSocketError(thrown) && thrown.code.startsWith('usage/');
      dispatch({ type: 'dial-failed', dialId, action: isHopeless ? 'stop' : 'retry' });
    }
  }

  #handlers(dialId: DialId): SocketHandlers {
    const { turn, dispatch, onText, onBinary, options } = this.#around;
    return {
      opened: () => turn.run(() => dispatch({ type: 'socket-opened', dialId })),
      received: (text) => turn.run(() => onText(dialId, text)),
      receivedBinary: () => turn.run(() => onBinary(dialId)),
      closed: ({ code, reason, wasClean }) =>
        turn.run(() => {
          this.#forget(dialId);
          const verdict = options.protocol.readClose(code, reason);
          dispatch({
            type: 'socket-closed',
            dialId,
            code,
            reason: options.secrets.hide(reason),
            wasClean,
            verdict,
          });
        }),
    };
  }

  #renew(dialId: DialId): void {
    const line = this.#lines.get(dialId);
    const { options, turn, onRenewal } = this.#around;
    if (line === undefined || options.token === null) return;
    const renewal = new AbortController();
    line.renewal?.abort();
    line.renewal = renewal;
    const request: TokenRequest = { signal: renewal.signal, reason: 'handover', attempt: 0, lastClose: null };
    const { token: source } = options;
    (async () => readTokenAnswer(await ask(() => source(request))))().then(
      ({ token, expiresInMs }) => {
        if (renewal.signal.aborted || token === null) return;
        line.expiresInMs = expiresInMs;
        options.secrets.learnToken(token);
        turn.run(() => onRenewal(dialId, token));
      },
      (thrown: unknown) => {
        if (!renewal.signal.aborted) turn.run(() => this.#tokenFailed(dialId, thrown));
      },
    );
  }

  #drop(dialId: DialId, code: number): void {
    const line = this.#lines.get(dialId);
    if (line === undefined) return;
    this.#forget(dialId);
    line.socket?.close(code, '');
    line.socket?.abandon();
  }

  #forget(dialId: DialId): void {
    const line = this.#lines.get(dialId);
    line?.abort.abort();
    line?.renewal?.abort();
    if (line !== undefined) line.token = null;
    this.#lines.delete(dialId);
  }
}

function readTokenAnswer(answer: unknown): { readonly token: string | null; readonly expiresInMs: number | null } {
  if (answer === null) {
    throw new ChatSocketError(
      'token/none',
      'Cannot connect: the token provider answered null, so there is no session.',
    );
  }
  if (typeof answer !== 'object') return { token: checkToken(answer), expiresInMs: null };
  const token = checkToken('token' in answer ? answer.token : undefined);
  const expiresInMs = 'expiresInMs' in answer && typeof answer.expiresInMs === 'number' ? answer.expiresInMs : null;
  return { token, expiresInMs };
}

/** Calls the application. What it throws may hold a token that nobody here has seen, so it is not passed on. */
async function ask<Answer>(call: () => Answer): Promise<Awaited<Answer>> {
  try {
    return await call();
  } catch (thrown) {
    if (isStopConnecting(thrown)) throw thrown;
    const text = `Cannot connect: the url or the token function threw ${nameOfThrown(thrown)}. The original is left out, since it may hold the token; catch it there to read it.`;
    throw new ChatSocketError('token/failed', text, { retryable: true });
  }
}

function toDialError(thrown: unknown, secrets: Secrets): ChatSocketError {
  if (isChatSocketError(thrown) && !secrets.isIn(thrown)) return thrown;
  // Platforms put the whole URL into such errors, so the original is not passed on.
  return new ChatSocketError(
    'usage/invalid-option',
    'Cannot dial: the transport refused the URL or the subprotocols.',
    {
      fields: { option: 'url' },
    },
  );
}
