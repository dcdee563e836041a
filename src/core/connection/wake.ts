/** How fast a sign of life from the device leads to a dial or a probe. */

/** A waking device dials within this: at once for its user, yet not in lockstep with every other. */
export const WAKE_SPREAD_MS = 200;

/** `online` fires before the network works, so the dial waits between 0.2 and 2 s. */
export const ONLINE_FLOOR_MS = 200;
export const ONLINE_SPREAD_MS = 1_800;

/** How long a link may stay silent after a wake before it is given up. */
export const PROBE_TIMEOUT_MS = 3_000;

/** A timer later than this means that the process slept. */
export const LATE_TIMER_MS = 1_000;

/** After a sleep, answers may still wait to be read; nobody is judged within this. */
export const GRACE_MS = 1_000;
