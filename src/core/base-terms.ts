import type { ServerTerms } from './frame.js';

/** The terms of a server that announced none: its protocol's base. */
export const BASE_TERMS: ServerTerms = {
  extended: false,
  deduplicates: false,
  dedupWindowMs: null,
  producerOrder: false,
  sequence: false,
  ranges: false,
  inBandToken: false,
  contentLengthMax: null,
  messagesPerSecond: null,
  heartbeatIntervalMs: null,
};
