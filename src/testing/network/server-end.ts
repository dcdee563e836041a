/** The server's end of a mock connection: what it has seen. */
import { ListenerSet } from './listener-set.js';
import type { ConnectionEnd, MockConnection } from './mock-connection.js';

export class ServerEnd {
  readonly received: string[] = [];
  readonly frameListeners = new ListenerSet<string>();
  readonly endListeners = new ListenerSet<ConnectionEnd>();
  #state: MockConnection['state'] = 'connecting';
  #end: ConnectionEnd | null = null;

  get state(): MockConnection['state'] {
    return this.#state;
  }

  get end(): ConnectionEnd | null {
    return this.#end;
  }

  open(): void {
    this.#state = 'open';
  }

  take(text: string): void {
    this.received.push(text);
    this.frameListeners.call(text);
  }

  finish({ code, reason }: ConnectionEnd): void {
    this.#state = 'closed';
    this.#end = { code, reason };
    this.endListeners.call(this.#end);
  }
}
