/** A way to speak to the other tabs. Every script of the origin may listen and speak too. */
export interface TabChannel {
  /** Reaches every other channel of this name that is open by now. Never throws. */
  post(message: unknown): void;
  /** `onMessage` is not called any more; what was posted still arrives. Twice is harmless. */
  close(): void;
}

/** Opens a channel; null where the platform has none. `onMessage` gets whatever was posted, never within `post`. */
export type OpenTabChannel = (name: string, onMessage: (message: unknown) => void) => TabChannel | null;
