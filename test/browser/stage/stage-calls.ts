/** What a test in the browser can ask of Node. Everything here travels as JSON, and in order. */

/** The server half of the transport contract, peer by peer. */
export interface PeerCalls {
  /** Resolves with the server's address. */
  startPeerServer(): Promise<string>;
  nextPeer(): Promise<{ readonly id: number; readonly subprotocols: readonly string[] }>;
  /** Echoes the first subprotocol offered where `echo` names none. */
  acceptPeer(id: number, echo: { readonly subprotocol?: string | null }): void;
  rejectPeer(id: number): void;
  sendText(id: number, text: string): void;
  sendBinary(id: number, sizeBytes: number): void;
  closePeer(id: number, code: number, reason: string): void;
  dropPeer(id: number): void;
  nextText(id: number): Promise<string>;
  endOf(id: number): Promise<{ readonly code: number; readonly reason: string }>;
}

/** The reference server, with one open room, `lobby`. */
export interface ChatCalls {
  startChat(origins: readonly string[]): Promise<ChatAddresses>;
  /** Good once, from every page that the server lets in. */
  issueToken(name: string): string;
  /** Somebody without a browser says something in the lobby; resolves when the server has it. */
  say(name: string, content: string): Promise<void>;
  connectionCount(): number;
  /** Status and origin of each handshake that the server refused, like `403 http://localhost`. */
  refusals(): readonly string[];
  /** Resets every connection that came over the link. */
  cutLink(): void;
}

export interface ChatAddresses {
  /** Straight to the server. */
  readonly url: string;
  /** Over a link that can be cut. */
  readonly linkUrl: string;
}

/** A page of its own origin that forbids everything but its own script. */
export interface PageCalls {
  /** Resolves with its address once its script is built. */
  openStrictPage(): Promise<string>;
}

export interface StageCalls extends PeerCalls, ChatCalls, PageCalls {
  /** Ends all that was started; the end of the connection does the same. */
  endAll(): Promise<void>;
}

/** One call on its way to Node. */
export interface StageQuestion {
  readonly id: number;
  readonly name: keyof StageCalls;
  readonly parameters: readonly unknown[];
}

/** What became of it. */
export type StageAnswer =
  | { readonly id: number; readonly ok: true; readonly value?: unknown }
  | { readonly id: number; readonly ok: false; readonly reason: string };
