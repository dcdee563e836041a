/** What the clients of the herd bench live through. Times are milliseconds after the first thing that happens. */

export interface Outage {
  readonly name: string;
  /** A server that says so beforehand: the pause it asks for in a frame at the start; null for no frame. */
  readonly hintMs: number | null;
  /** The end of every connection, at one and the same moment. */
  readonly endsAtMs: number;
  readonly code: number;
  /** From its end on nobody is taken until this. */
  readonly backAtMs: number;
  /** What the devices notice of the return; null where it was the server that was away. */
  readonly sign: Sign | null;
}

/** A signal of the device, at a random moment within that time after the return. */
export interface Sign {
  readonly type: 'went-online' | 'woken';
  readonly withinMs: number;
}

const CUT = { hintMs: null, endsAtMs: 0, code: 1006, sign: null } as const;

export const LONE_LOSS: Outage = { ...CUT, name: 'cut, and the server is there at once', backAtMs: 0 };

export const OUTAGE_10_S: Outage = { ...CUT, name: 'cut, and the server is away for 10 s', backAtMs: 10_000 };

export const OUTAGE_60_S: Outage = { ...CUT, name: 'cut, and the server is away for 60 s', backAtMs: 60_000 };

export const RESTART_BY_CODE: Outage = {
  ...CUT,
  name: 'restart of 2 s, announced by the close code 1012',
  code: 1012,
  backAtMs: 2_000,
};

export const RESTART_BY_HINT: Outage = {
  ...RESTART_BY_CODE,
  name: 'restart of 2 s, announced by a frame that asks for a pause of 2 s, then 1012',
  hintMs: 2_000,
};

export const ROLLING_RESTART: Outage = {
  ...CUT,
  name: 'restart announced 10 s ahead by a frame (pause of 0.5 s), other servers are there',
  hintMs: 500,
  endsAtMs: 10_000,
  code: 1012,
  backAtMs: 10_000,
};

export const LATE_RESTART: Outage = {
  ...RESTART_BY_HINT,
  name: 'restart of 5 s, where a pause of 2 s was asked for',
  backAtMs: 5_000,
};

export const NETWORK_10_S: Outage = {
  ...CUT,
  name: 'the network is away for 10 s, and devices notice its return within 5 s',
  backAtMs: 10_000,
  sign: { type: 'went-online', withinMs: 5_000 },
};

export const NETWORK_60_S: Outage = {
  ...NETWORK_10_S,
  name: 'the network is away for 60 s, and devices notice its return within 5 s',
  backAtMs: 60_000,
};

export const NETWORK_AS_ONE: Outage = {
  ...NETWORK_10_S,
  name: 'the network is away for 10 s, and all devices notice its return in the same millisecond',
  sign: { type: 'went-online', withinMs: 0 },
};

export const WAKING: Outage = {
  ...CUT,
  name: 'the server is away for 60 s, and people wake their devices within 10 s after its return',
  backAtMs: 60_000,
  sign: { type: 'woken', withinMs: 10_000 },
};
