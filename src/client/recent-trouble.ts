/** What went wrong since the connection was last open, for `explain()` to tell. */

import type { ChatSocketError } from '../errors/chat-socket-error.js';
import type { FrameFault } from '../ports/protocol.js';

/** Frames of the server that could not be read before the connection was open. */
export interface UnreadFrames {
  readonly count: number;
  readonly lastFault: FrameFault;
}

export class RecentTrouble {
  /** Why the latest dial or the fetch before it failed; no token and no URL is in it. */
  dialWords: string | null = null;
  unread: UnreadFrames | null = null;

  noteDial(error: ChatSocketError): void {
    this.dialWords = error.message;
  }

  noteFrame(lastFault: FrameFault): void {
    this.unread = { count: (this.unread?.count ?? 0) + 1, lastFault };
  }

  forget(): void {
    this.dialWords = null;
    this.unread = null;
  }
}
