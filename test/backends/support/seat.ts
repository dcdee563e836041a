/** Somebody with both chats of the Django backend open, by the package as it is built. */

export const FAMILIES = ['streaming', 'thread'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Account {
  readonly name: string;
  readonly password: string;
}

export interface ShownMessage {
  /** `self` or `assistant`. */
  readonly role: string;
  readonly content: string;
}

export interface Seat {
  say(family: Family, text: string): Promise<void>;
  /** What is shown, in its order. */
  shown(family: Family): Promise<readonly ShownMessage[]>;
  status(family: Family): Promise<string>;
  /** The codes of the errors that were told. */
  errors(family: Family): Promise<readonly string[]>;
  /** How many sockets were open so far. */
  opens(family: Family): Promise<number>;
  reconnect(family: Family): Promise<void>;
  leave(): Promise<void>;
}
