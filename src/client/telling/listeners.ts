import { EventEmitter } from 'eventemitter3';
import { badArgument } from '../options/option-checks.js';

type Call = (payload: unknown) => void;

/** Typed events. A listener that throws changes nothing: not for the others, not for the client. */
export class Listeners<Events extends object> {
  readonly #emitter = new EventEmitter<string>();
  readonly #events: Readonly<Record<keyof Events & string, unknown>>;
  readonly #onThrow: (thrown: unknown, event: keyof Events & string) => void;
  /** Which guard stands for which listener: eventemitter3 itself removes every registration of a function. */
  readonly #guards = new Map<string, Map<Call, unknown>>();

  constructor(
    events: Readonly<Record<keyof Events & string, unknown>>,
    onThrow: (thrown: unknown, event: keyof Events & string) => void,
  ) {
    this.#events = events;
    this.#onThrow = onThrow;
  }

  /** Each call registers once; the function returned removes that registration alone, twice is harmless. */
  on<Name extends keyof Events & string>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    return this.#add(name, listener, listener);
  }

  once<Name extends keyof Events & string>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const remove = this.#add(name, listener, (payload: Events[Name]) => {
      remove();
      return listener(payload);
    });
    return remove;
  }

  /** Removes every registration of a listener. */
  off<Name extends keyof Events & string>(name: Name, listener: (payload: Events[Name]) => void): void {
    this.#expectEvent(name);
    const guards = this.#guards.get(name);
    for (const [guard, original] of guards ?? []) if (original === listener) this.#remove(name, guard);
  }

  emit<Name extends keyof Events & string>(name: Name, payload: Events[Name]): void {
    this.#emitter.emit(name, payload);
  }

  clear(): void {
    this.#guards.clear();
    this.#emitter.removeAllListeners();
  }

  #add<Name extends keyof Events & string>(
    name: Name,
    original: (payload: Events[Name]) => void,
    call: (payload: Events[Name]) => void,
  ): () => void {
    this.#expectEvent(name);
    checkListener(name, original);
    const guard: Call = (payload) => {
      // One that was removed a moment ago, by a listener of the same event, is not called any more.
      if (!this.#guards.get(name)?.has(guard)) return;
      // Only `emit` calls guards, and its signature ties the name to the payload's type.
      callSafely(
        () => call(payload as Events[Name]),
        (thrown) => this.#onThrow(thrown, name),
      );
    };
    const guards = this.#guards.get(name) ?? new Map<Call, unknown>();
    this.#guards.set(name, guards.set(guard, original));
    this.#emitter.on(name, guard);
    return () => this.#remove(name, guard);
  }

  #expectEvent(name: string): void {
    if (Object.hasOwn(this.#events, name)) return;
    const known = Object.keys(this.#events).join(', ');
    throw badArgument(`listen to ${String(name)}`, `there is no such event, only ${known}`);
  }

  #remove(name: string, guard: Call): void {
    this.#guards.get(name)?.delete(guard);
    this.#emitter.off(name, guard);
  }
}

export function checkListener(event: string, listener: unknown): void {
  if (typeof listener === 'function') return;
  throw badArgument(`listen to ${event}`, `the listener is of type ${typeof listener}, expected a function`);
}

/** Calls a function of the application's. What it throws, at once or as a rejected promise, goes to `onThrow`. */
export function callSafely(call: () => unknown, onThrow: (thrown: unknown) => void): void {
  try {
    const returned = call();
    if (returned instanceof Promise) returned.catch(onThrow);
  } catch (thrown) {
    onThrow(thrown);
  }
}
