/** Refuses what the test kit cannot work with, where it is given: a test that goes on with it fails elsewhere, or never ends. */

import { ChatSocketError } from '../errors/chat-socket-error.js';
import { faultOf, type Kind, type Kinds, numberFrom, showValue, wholeFrom } from './option-faults.js';

export const aDuration: Kind = { ...numberFrom(0), words: 'a number of milliseconds, 0 or more' };
export const aCount: Kind = wholeFrom(0);

/** Throws `usage/invalid-option`. `maker` is what cannot be made with these. */
export function checkOptions(maker: string, options: unknown, kinds: Kinds): void {
  const fault = faultOf(options, kinds);
  if (fault === null) return;
  const { option, accepted, value } = fault;
  const shown = showValue(value);
  const what = option === '' ? 'its options' : `the option ${option}`;
  const message = `Cannot use ${what} of ${maker}${shown === null ? '' : ` with the value ${shown}`}: expected ${accepted}.`;
  throw new ChatSocketError('usage/invalid-option', message, { fields: { option, accepted } });
}

/** Throws `usage/invalid-argument`, also for one that is missing. `what` names it: `advance(ms)`. */
export function checkArgument(what: string, value: unknown, kind: Kind): void {
  if (!kind.includes(value)) throw badArgument(what, value, kind.words);
}

/** Throws `usage/invalid-argument` for the options of a call: `stream(…, options)`. */
export function checkCallOptions(call: string, options: unknown, kinds: Kinds): void {
  const fault = faultOf(options, kinds);
  if (fault === null) return;
  const { option, accepted, value } = fault;
  throw badArgument(option === '' ? `${call}(options)` : `${call}({ ${option} })`, value, accepted);
}

function badArgument(what: string, value: unknown, accepted: string): ChatSocketError {
  const shown = showValue(value);
  const message = `Cannot call ${what}${shown === null ? '' : ` with ${shown}`}: expected ${accepted}.`;
  return new ChatSocketError('usage/invalid-argument', message, { fields: { accepted } });
}
