/** What holds for every step of the connection machine, and for every world that it runs in. */

import type { ConnectionCommand, TimerName } from '../../src/core/connection/command.js';
import { dialBeside } from '../../src/core/connection/handover.js';
import type { ConnectionState, DialId } from '../../src/core/connection/state.js';
import type { Step } from '../../src/core/connection/step.js';
import { currentDialId } from '../../src/core/connection/transition.js';

type Place = 'closed' | 'waiting' | 'trying' | 'open' | 'closing';

const LEGAL_EDGES: Readonly<Record<Place, readonly Place[]>> = {
  closed: ['closed', 'waiting', 'trying'],
  waiting: ['waiting', 'trying', 'closed'],
  trying: ['trying', 'waiting', 'open', 'closing', 'closed'],
  open: ['open', 'waiting', 'trying', 'closing', 'closed'],
  closing: ['closing', 'trying', 'closed'],
};

const DELAY_MAX_MS = 600_000;
/** Renewals of tokens with a very long life; still short enough for any platform's timers. */
const RENEWAL_MAX_MS = 1_728_000_000;

/** The timers that a state may have. */
export function timersOf(state: ConnectionState): readonly TimerName[] {
  switch (placeOf(state)) {
    case 'waiting':
      return state.status === 'connecting' && state.phase === 'waiting' && state.retryAtMs === null ? [] : ['retry'];
    case 'trying':
      return ['attempt'];
    case 'open':
      return ['pulse', 'renew', ...timersBeside(state)];
    case 'closing':
      return ['close'];
    case 'closed':
      return [];
  }
}

/** Every rule that one step breaks, in words; none for a sound one. */
export function brokenRules(before: ConnectionState, [after, commands]: Step): string[] {
  const broken: string[] = [];
  if (!LEGAL_EDGES[placeOf(before)].includes(placeOf(after))) {
    broken.push(`I24 ${placeOf(before)} leads to ${placeOf(after)}`);
  }
  broken.push(...brokenTimers(before, after, commands), ...brokenDials(before, after, commands));
  if (after.record.lastDialId < before.record.lastDialId) broken.push('I14 a dial id is used twice');
  return broken;
}

function brokenTimers(
  before: ConnectionState,
  after: ConnectionState,
  commands: readonly ConnectionCommand[],
): string[] {
  const broken: string[] = [];
  const armed = new Set(timersOf(before));
  for (const command of commands) {
    if (command.type === 'stop-timer') armed.delete(command.timer);
    if (command.type !== 'start-timer') continue;
    armed.add(command.timer);
    const mostMs = command.timer === 'renew' ? RENEWAL_MAX_MS : DELAY_MAX_MS;
    const isBounded = command.delayMs >= 0 && command.delayMs <= mostMs;
    if (!isBounded) broken.push(`I23 ${command.timer} waits ${command.delayMs} ms`);
  }
  for (const timer of armed) {
    if (!timersOf(after).includes(timer)) broken.push(`I9 ${timer} runs on in ${placeOf(after)}`);
  }
  return broken;
}

function brokenDials(
  before: ConnectionState,
  after: ConnectionState,
  commands: readonly ConnectionCommand[],
): string[] {
  const broken: string[] = [];
  const [had, has] = [dialsOf(before), dialsOf(after)];
  const drops = commands.flatMap((command) => (command.type === 'drop' ? [command.dialId] : []));
  const mayEndByItself = before.status === 'closing' && after.status === 'closed';
  for (const dialId of had) {
    if (!has.includes(dialId) && !drops.includes(dialId) && !mayEndByItself)
      broken.push(`I7 dial ${dialId} is left behind`);
  }
  if (drops.some((dialId) => !had.includes(dialId) || has.includes(dialId)))
    broken.push('I7 the wrong dial is dropped');
  for (const command of commands) {
    if (!('dialId' in command) || command.type === 'drop') continue;
    if (!has.includes(command.dialId)) broken.push(`I14 ${command.type} for dial ${command.dialId}, not ${has}`);
  }
  if (commands.filter(({ type }) => type === 'fetch-token').length > 1) broken.push('I13 two token calls');
  const isNewDial = has.some((dialId) => !had.includes(dialId));
  if (isNewDial !== commands.some(({ type }) => type === 'fetch-token')) broken.push('UP-07 a dial without its token');
  return broken;
}

function placeOf(state: ConnectionState): Place {
  return state.status === 'connecting' ? state.phase : state.status;
}

/** The dials of a state, that in use first. */
export function dialsOf(state: ConnectionState): readonly DialId[] {
  const beside = state.status === 'open' ? dialBeside(state.handover) : null;
  return [currentDialId(state), beside].filter((dialId) => dialId !== null);
}

function timersBeside(state: ConnectionState): readonly TimerName[] {
  if (state.status !== 'open') return [];
  const { handover } = state;
  if (handover.phase === 'waiting') return handover.dueAtMs === null ? [] : ['retry'];
  if (handover.phase === 'none') return [];
  return handover.phase === 'trying' ? ['attempt'] : ['close'];
}
