/** Promises that wait for the connection: to open, or to be closed. Each settles once. */

import type { Closed, ConnectionState } from '../../core/connection/state.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ChatSocketErrorCode } from '../../errors/codes.js';

interface Wait {
  readonly resolve: () => void;
  readonly reject: (error: ChatSocketError) => void;
}

export class ConnectionWaits {
  readonly #forOpen = new Set<Wait>();
  readonly #forClosed = new Set<() => void>();
  readonly #forEnd = new Set<() => void>();

  untilOpen(state: ConnectionState, signal: AbortSignal | undefined): Promise<void> {
    if (state.status === 'open') return Promise.resolve();
    if (signal?.aborted) return Promise.reject(abortedError());
    if (state.status === 'closed' && state.reason !== 'initial' && state.reason !== 'exhausted') {
      return Promise.reject(closedError(state));
    }
    return new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#forOpen.delete(wait);
        reject(abortedError());
      };
      const wait: Wait = {
        resolve: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        reject: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#forOpen.add(wait);
    });
  }

  /** Settled also by a `connect()` that comes in between: the close is over then, too. */
  untilClosed(state: ConnectionState): Promise<void> {
    if (state.status !== 'closing') return Promise.resolve();
    return new Promise((resolve) => {
      this.#forClosed.add(resolve);
    });
  }

  /** Calls back when the user ends the connection, until the function returned is called. */
  onEnded(callback: () => void): () => void {
    this.#forEnd.add(callback);
    return () => this.#forEnd.delete(callback);
  }

  follow(state: ConnectionState): void {
    if (isEndedByUser(state)) for (const callback of [...this.#forEnd]) callback();
    if (state.status === 'open') this.#settleOpen((wait) => wait.resolve());
    if (state.status === 'closed' && state.reason !== 'initial') {
      this.#settleOpen((wait) => wait.reject(closedError(state)));
    }
    if (state.status !== 'closing') {
      const waits = [...this.#forClosed];
      this.#forClosed.clear();
      for (const resolve of waits) resolve();
    }
  }

  #settleOpen(settle: (wait: Wait) => void): void {
    const waits = [...this.#forOpen];
    this.#forOpen.clear();
    for (const wait of waits) settle(wait);
  }
}

function isEndedByUser(state: ConnectionState): boolean {
  if (state.status === 'closed') return state.reason === 'client' || state.reason === 'disposed';
  return state.status === 'closing';
}

function closedError({ reason, cause }: Closed): ChatSocketError {
  const text = `The connection will not open: the client is closed (${reason}). See explain().`;
  return new ChatSocketError(closedCode(reason, cause), text, { fields: { reason } });
}

function closedCode(reason: Closed['reason'], cause: Closed['cause']): ChatSocketErrorCode {
  if (cause?.kind === 'no-token') return 'token/none';
  if (cause?.kind === 'token-refused') return 'token/refused';
  return reason === 'stopped' || reason === 'exhausted' ? `connection/${reason}` : 'connection/closed';
}

function abortedError(): ChatSocketError {
  return new ChatSocketError('connection/aborted', 'Stopped waiting for the connection: the signal was aborted.');
}
