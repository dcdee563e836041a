/** Promises that wait for the connection: to open, or to be closed. Each settles once. */

import type { ConnectionState } from '../../core/connection/state.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';

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
      return Promise.reject(closedError(state.reason));
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
      const { reason } = state;
      this.#settleOpen((wait) => wait.reject(closedError(reason)));
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

function closedError(reason: 'client' | 'stopped' | 'exhausted' | 'disposed'): ChatSocketError {
  const code = reason === 'stopped' || reason === 'exhausted' ? (`connection/${reason}` as const) : 'connection/closed';
  return new ChatSocketError(code, `The connection will not open: the client is closed (${reason}). See explain().`, {
    fields: { reason },
  });
}

function abortedError(): ChatSocketError {
  return new ChatSocketError('connection/aborted', 'Stopped waiting for the connection: the signal was aborted.');
}
