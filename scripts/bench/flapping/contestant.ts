/** What the flapping bench asks of every client and its server, so that all of them live through the same. */

/** What the sender's program was told of one message. */
export type Told = 'ok' | 'error' | 'nothing';

export interface Contestant {
  readonly name: string;
  /** Starts the server that belongs to the client. */
  start(setting: Setting): Promise<Party>;
}

export interface Setting {
  readonly sends: number;
  /** The longest wait between a loss and the next dial. */
  readonly reconnectMs: number;
  /** The wait for an ack, where the client has one. */
  readonly ackTimeoutMs: number;
  readonly seed: number;
}

export interface Party {
  readonly serverPort: number;
  /** Connects the sender over `port`, which leads through the bad link. */
  join(port: number): Promise<Sender>;
  /** Connects another client to the server itself; `onText` hears every message shown there. */
  observe(onText: (text: string) => void): Promise<void>;
  /** What the server has taken, in the order in which it did. */
  log(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Sender {
  /** Resolves with what the program was told, as soon as it was. Never rejects. */
  send(text: string): Promise<Told>;
  /** What the client itself can tell; null for one that keeps no history. */
  account(): SenderAccount | null;
}

export interface SenderAccount {
  /** Its own history, as it would be shown. */
  readonly shown: readonly string[];
  /** The codes of its errors, each once: where to look if something went wrong. */
  readonly errorCodes: readonly string[];
}
