/** Web Locks for tests in Node, with clients that die on demand. Exclusive locks only, which is all that is used. */
import type { Locks } from '../../src/storage/presence.js';

interface Waiting {
  readonly start: () => void;
}

/** The locks of one browser: each tab has its own way to them. */
export class FakeBrowserLocks {
  readonly #held = new Map<string, symbol>();
  readonly #queues = new Map<string, Waiting[]>();

  /** The `navigator.locks` of a tab, and what ends everything it holds. */
  openTab(): { readonly locks: Locks; readonly kill: () => void } {
    const tab = new Set<{ name: string; token: symbol }>();
    let isDead = false;
    const request = (name: string, ...rest: unknown[]): Promise<unknown> => {
      const callback = rest.at(-1);
      const signal = rest.length === 2 ? Reflect.get(Object(rest[0]), 'signal') : undefined;
      return new Promise((resolve, reject) => {
        const start = () => {
          if (isDead) return this.#next(name);
          const hold = { name, token: Symbol(name) };
          this.#held.set(name, hold.token);
          tab.add(hold);
          const release = () => {
            tab.delete(hold);
            this.#release(name, hold.token);
          };
          // The last argument of a lock request is its callback.
          const held = Promise.resolve().then(() => (callback as (lock: null) => unknown)(null));
          held.then(resolve, reject).finally(release);
        };
        const waiting = { start };
        this.#queue(name).push(waiting);
        if (signal instanceof AbortSignal) {
          const refuse = () => {
            const queue = this.#queue(name);
            if (!queue.includes(waiting)) return;
            queue.splice(queue.indexOf(waiting), 1);
            reject(new DOMException('The request was aborted.', 'AbortError'));
          };
          if (signal.aborted) refuse();
          signal.addEventListener('abort', refuse);
        }
        if (!this.#held.has(name)) this.#next(name);
      });
    };
    const kill = () => {
      isDead = true;
      for (const { name, token } of tab) this.#release(name, token);
    };
    // Only this one form of it is used.
    return { locks: { request } as Locks, kill };
  }

  get heldCount(): number {
    return this.#held.size;
  }

  #queue(name: string): Waiting[] {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    return queue;
  }

  #release(name: string, token: symbol): void {
    if (this.#held.get(name) !== token) return;
    this.#held.delete(name);
    this.#next(name);
  }

  #next(name: string): void {
    if (!this.#held.has(name)) this.#queue(name).shift()?.start();
  }
}
