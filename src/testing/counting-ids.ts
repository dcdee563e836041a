import type { IdSource } from '../ports/id-source.js';

const NODE_DIGITS = 12;

/**
 * Ids that count: valid version 4 UUIDs that end in 1, 2, 3 …, and short ids `id-1`, `id-2` …. `seed` (0 to 65,535,
 * default 0) keeps the UUIDs of several clients apart.
 *
 * @example
 * const ids = countingIds(7);
 * ids.messageId(); // '00000007-0000-4000-8000-000000000001'
 */
export function countingIds(seed = 0): IdSource {
  const prefix = (seed & 0xffff).toString(16).padStart(8, '0');
  let messageCount = 0;
  let shortCount = 0;
  return {
    messageId: () => {
      messageCount += 1;
      return `${prefix}-0000-4000-8000-${messageCount.toString(16).padStart(NODE_DIGITS, '0')}`;
    },
    shortId: () => {
      shortCount += 1;
      return `id-${shortCount}`;
    },
  };
}
