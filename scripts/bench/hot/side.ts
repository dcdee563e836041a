/** One side of the comparison: a way to receive messages and to send them over one connection. */

export interface Side {
  readonly name: string;
  /** Set before a push: called with every message, as the application would be. */
  onMessage: (contentLength: number) => void;
  /** Sends one message; `onAcked` is called when its ack was read. */
  send(text: string, onAcked: () => void): void;
  close(): void;
}
