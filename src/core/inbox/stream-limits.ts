/** How much is kept of answers that are still growing, whatever a server sends. */

/** The longest answer, in UTF-16 code units; a longer one ends there, as failed. */
export const STREAM_LENGTH_MAX = 262_144;
/** Answers of one conversation that may grow at the same time; the next ones wait for their turn. */
export const OPEN_STREAMS_MAX = 16;
/** Answers that may wait for their turn; the oldest of one too many is given up, and told as a gap. */
export const WAITING_STREAMS_MAX = 64;
/** Stopped answers whose end the server has not confirmed. */
export const UNCONFIRMED_STOPS_MAX = 32;
/** Chunks of one answer that wait for those before them, and how many code units they may hold together. */
export const EARLY_CHUNKS_MAX = 64;
export const EARLY_LENGTH_MAX = 65_536;
/** How often, on one connection, the server is asked again for an answer that contradicts itself. */
export const REPAIRS_MAX = 8;
