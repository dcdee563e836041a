/** Refuses what the kit cannot work with before anything is asked of a server, which is not to be blamed for it. */

import {
  aFunction,
  aName,
  anObject,
  faultOf,
  type Kind,
  type Kinds,
  needed,
  numberFrom,
  showValue,
  withMethods,
} from '../option-faults.js';
import { conformanceClauses } from './clauses.js';
import type { ConformanceHookName, ConformanceOptions, ConformanceTimeouts } from './conformance-options.js';
import { ConformanceSetupError } from './outcome.js';

/** A longer delay makes the platform's timers fire at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

const TWO_USERS: Kind = {
  words: 'a list of two users that differ',
  includes: (value) =>
    Array.isArray(value) && value.length === 2 && value.every(aName.includes) && value[0] !== value[1],
};

const CLAUSES: Kind = {
  words: `a list of one or more of ${conformanceClauses.join(', ')}`,
  includes: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((clause) => conformanceClauses.includes(clause)),
};

const OPTIONS: Readonly<Record<keyof ConformanceOptions, Kind>> = {
  connect: needed(aFunction),
  conversation: needed({
    words: 'a function, or the id of a conversation',
    includes: (value) => aName.includes(value) || aFunction.includes(value),
  }),
  users: TWO_USERS,
  hooks: anObject,
  clauses: CLAUSES,
  timeouts: anObject,
  clock: withMethods('nowMs', 'startTimer'),
  messageId: aFunction,
};

const HOOKS: Readonly<Record<ConformanceHookName, Kind>> = {
  restart: aFunction,
  crashAfterStore: aFunction,
  advanceClock: aFunction,
  deleteMessage: aFunction,
  editMessage: aFunction,
  cutRetention: aFunction,
};

const TIMEOUTS: Readonly<Record<keyof ConformanceTimeouts, Kind>> = {
  answerMs: numberFrom(1, TIMEOUT_MAX_MS),
  quietMs: numberFrom(0, TIMEOUT_MAX_MS),
  hookMs: numberFrom(1, TIMEOUT_MAX_MS),
  checkMs: numberFrom(1, TIMEOUT_MAX_MS),
};

/** Throws a `ConformanceSetupError` for the first option that cannot be used. */
export function checkConformanceOptions(options: ConformanceOptions): void {
  checkGroup('', options, OPTIONS);
  const { hooks = {}, timeouts = {} } = options;
  checkGroup('hooks', onlyCalls(hooks), HOOKS);
  checkGroup('timeouts', timeouts, TIMEOUTS);
}

/** Throws a `ConformanceSetupError` for an option that cannot be used; `group` is where they stand, '' for nowhere. */
export function checkGroup(group: string, options: unknown, kinds: Kinds): void {
  const fault = faultOf(options, kinds);
  if (fault === null) return;
  const path = [group, fault.option].filter((part) => part !== '').join('.');
  const shown = showValue(fault.value);
  const what = `the option ${path === '' ? 'options' : path}${shown === null ? '' : ` with the value ${shown}`}`;
  throw new ConformanceSetupError(`Cannot use ${what}: expected ${fault.accepted}.`);
}

/** Hooks may be methods of an object that keeps other things too. */
function onlyCalls(hooks: object): object {
  const names = Object.keys(HOOKS);
  const kept = Object.entries(hooks).filter(([name, value]) => names.includes(name) || typeof value === 'function');
  return Object.fromEntries(kept);
}
