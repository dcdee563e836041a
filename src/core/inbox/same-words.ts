/** Where a protocol names no message, an own one is known by what it says. */

import type { WireMessage } from '../frame.js';
import type { MessageRow } from '../message.js';

/** So far may the clocks of client and server be apart. */
const CLOCKS_APART_MS = 300_000;

/** The row is on its way and has the words of this message. */
export function saysTheSame(row: MessageRow, message: WireMessage): boolean {
  const isOnItsWay = row.delivery === 'sending' || row.delivery === 'unconfirmed' || row.delivery === 'sent';
  if (!isOnItsWay || row.content.trim() !== message.content.trim()) return false;
  return row.delivery !== 'unconfirmed' || isSince(row, message);
}

/** The same words from before the row are another message; a connection that has the row needs no clock for that. */
function isSince(row: MessageRow, { createdAtMs }: WireMessage): boolean {
  return createdAtMs >= row.createdAtMs - CLOCKS_APART_MS;
}
