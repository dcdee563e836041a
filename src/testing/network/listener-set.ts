/** Listeners to one thing, called in the order in which they came. */
export class ListenerSet<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  /** The function returned takes the listener away again. */
  add(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  call(value: Value): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
