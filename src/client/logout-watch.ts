/** Tells the other tabs of a user that it logged out, and hears it from them. */

import type { OpenTabChannel, TabChannel } from '../ports/tab-channel.js';

/** What crosses the channel. Another version would mean something else by it. */
const LOGOUT = { version: 1, type: 'logged-out' };

export interface LogoutSurroundings {
  /** The user and the server. Nobody can list the names of channels. */
  readonly namespace: string;
  readonly openChannel: OpenTabChannel | null;
  readonly onLogout: () => void;
}

export class LogoutWatch {
  readonly #around: LogoutSurroundings;
  #channel: TabChannel | null = null;

  constructor(around: LogoutSurroundings) {
    this.#around = around;
  }

  /** From here on this client may hold something that a logout must end. */
  open(): void {
    const { namespace, openChannel, onLogout } = this.#around;
    if (this.#channel !== null || openChannel === null) return;
    this.#channel = openChannel(`chatsocket:${namespace}`, (message) => {
      if (isLogout(message)) onLogout();
    });
  }

  tell(): void {
    this.open();
    this.#channel?.post(LOGOUT);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }
}

/** Any script of the origin may have sent it. */
function isLogout(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { version, type }: { readonly version?: unknown; readonly type?: unknown } = message;
  return version === LOGOUT.version && type === LOGOUT.type;
}
