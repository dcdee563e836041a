/** Every event in every state: what becomes of the state, and what is to be done. What a row leaves out is ignored. */

import { describe, expect, test } from 'vitest';
import type { ConnectionState } from '../../../src/core/connection/state.js';
import { transition } from '../../../src/core/connection/transition.js';
import { brokenRules } from '../../support/connection-rules.js';
import {
  closedBecause,
  closingNow,
  contextOf,
  DIAL_ID,
  EVENTS,
  type EventName,
  openAt,
  outcomeOf,
  PULSES,
  RENEWALS,
  recordOf,
  tryingAt,
  waitingFor,
} from '../../support/connection-states.js';

type Row = Readonly<Partial<Record<EventName, string>>>;

const DIAL = '+attempt 10000, token #8';
const RETRY = 'waiting 500 retry';
const WAKE = 'waiting 100 wake, +retry 100';
const ONLINE = 'waiting 1100 online, +retry 1100';
const NOTED_PAGE: Row = { 'page hidden': 'noted', 'page left': 'noted' };

const CLOSED: Row = {
  ...NOTED_PAGE,
  connect: `authorizing #8 first, ${DIAL}`,
  reconnect: `authorizing #8 manual, ${DIAL}`,
  close: 'closed client',
  dispose: 'closed disposed',
};
const EXHAUSTED: Row = {
  ...CLOSED,
  send: 'waiting 0 retry, +retry 0',
  'page visible': WAKE,
  woken: WAKE,
  online: ONLINE,
};
const WAITING: Row = {
  reconnect: `authorizing #8 manual, -retry, ${DIAL}`,
  close: 'closed client, -retry',
  dispose: 'closed disposed, -retry',
  'retry timer': `authorizing #8 retry, -retry, ${DIAL}`,
  'page visible': WAKE,
  'page hidden': 'noted',
  'page left': 'parked, -retry',
  woken: WAKE,
  online: ONLINE,
};
/** The page is left, so nothing is armed and only its return, or the user, dials. */
const PARKED: Row = {
  reconnect: `authorizing #8 manual, ${DIAL}`,
  close: 'closed client',
  dispose: 'closed disposed',
  'retry timer': `authorizing #8 retry, ${DIAL}`,
  'page visible': WAKE,
  'page hidden': WAKE,
};

const LOST = `${RETRY}, -attempt, drop #7 4000, +retry 500`;
const TRYING: Row = {
  ...NOTED_PAGE,
  'page visible': 'noted',
  woken: 'noted',
  online: 'noted',
  close: 'closing #7, -attempt, +close 3000, hang-up #7',
  dispose: 'closed disposed, -attempt, drop #7 1000',
  'token fails': LOST,
  'no token': 'closed stopped by no-token, -attempt, drop #7 4000',
  'provider stops': 'closed stopped by stopped-by-provider, -attempt, drop #7 4000',
  'dial fails': LOST,
  'ack overdue': `${RETRY}, -attempt, drop #7 4002, +retry 500`,
  'bad frames': LOST,
  'token rejected': 'waiting 0 auth-failed, -attempt, drop #7 4000, +retry 0',
  'pause hinted': 'noted',
  'socket closes': LOST,
  'attempt timer': LOST,
};
const AUTHORIZING: Row = {
  ...TRYING,
  close: 'closed client, -attempt, drop #7 1000',
  'token arrives': 'dialing #7 retry, +attempt 10000, dial #7',
};
const DIALING: Row = { ...TRYING, 'socket opens': 'joining #7 retry, +attempt 10000' };
const JOINING: Row = { ...TRYING, joined: 'open #7, -attempt, +pulse 25000, -renew' };

const PROBE = 'probe, +pulse 1500, send-ping #7';
const GONE = `${RETRY}, -pulse, -renew, drop #7 4000, +retry 500`;
const OPEN: Row = {
  ...NOTED_PAGE,
  reconnect: `authorizing #8 manual, ${DIAL}`,
  close: 'closing #7, -pulse, -renew, +close 3000, hang-up #7',
  dispose: 'closed disposed, -pulse, -renew, drop #7 1000',
  'no token': 'closed stopped by no-token, -pulse, -renew, drop #7 4000',
  'provider stops': 'closed stopped by stopped-by-provider, -pulse, -renew, drop #7 4000',
  'ack overdue': `${RETRY}, -pulse, -renew, drop #7 4002, +retry 500`,
  'bad frames': GONE,
  'pause hinted': 'try in 10000, +retry 10000',
  'socket closes': GONE,
};
const BEAT = 'beat, +pulse 10000, send-ping #7';
const PROBED: Row = { 'probe wanted': BEAT, 'page visible': PROBE, woken: PROBE, online: PROBE, offline: PROBE };
const ANSWERED: Row = { life: 'resting, +pulse 23000', pong: 'resting, round trip 2000, +pulse 23000' };
const PULSE_ROWS: Readonly<Record<keyof typeof PULSES, Row>> = {
  resting: {
    ...PROBED,
    pong: 'round trip 25000',
    'pulse timer': BEAT,
    'late pulse timer': PROBE,
  },
  beat: {
    ...PROBED,
    ...ANSWERED,
    'probe wanted': '+pulse 10000, send-ping #7',
    'pulse timer': GONE,
    'late pulse timer': 'grace, +pulse 1000',
  },
  probe: {
    ...ANSWERED,
    'pulse timer': `slow, authorizing #8 handover, +pulse 1500, ${DIAL}`,
    'late pulse timer': 'grace, +pulse 1000',
  },
  slow: { ...ANSWERED, 'pulse timer': GONE, 'late pulse timer': 'grace, +pulse 1000' },
  grace: { ...ANSWERED, 'pulse timer': GONE, 'late pulse timer': GONE },
  unjudged: { ...PROBED, ...ANSWERED },
};
const RENEW = 'renewal under-way, +renew 10000, renew-token #7';
const RENEWAL_ROWS: Readonly<Record<keyof typeof RENEWALS, Row>> = {
  none: { 'lifetime told': 'renewal armed, +renew 80000', 'token expiring': RENEW, 'renew timer': RENEW },
  armed: { 'lifetime told': '+renew 80000', 'token expiring': RENEW, 'renew timer': RENEW },
  'under-way': {
    'lifetime told': 'renewal armed, +renew 80000',
    'token fails': 'renewal armed, +renew 30000',
    'renew timer': 'renewal armed, abort-renewal #7, +renew 30000',
    reconnect: `renewal none, authorizing #8 manual, abort-renewal #7, -renew, ${DIAL}`,
  },
};

/** One token at a time. */
const SLOW_WHILE_RENEWING: Row = {
  'pulse timer': `slow, renewal none, authorizing #8 handover, +pulse 1500, abort-renewal #7, -renew, ${DIAL}`,
};

const CLOSING: Row = {
  ...NOTED_PAGE,
  connect: `authorizing #8 first, -close, drop #7 1000, ${DIAL}`,
  reconnect: `authorizing #8 manual, -close, drop #7 1000, ${DIAL}`,
  dispose: 'closed disposed, -close, drop #7 1000',
  'socket closes': 'closed client, -close',
  'close timer': 'closed client, -close, drop #7 1000',
};

interface Case {
  readonly name: string;
  readonly state: ConnectionState;
  readonly row: Row;
}

const OPEN_CASES: readonly Case[] = Object.entries(PULSES).flatMap(([pulseName, pulse]) =>
  Object.entries(RENEWALS).map(([renewalName, renewal]): Case => {
    // Object.entries forgets that its keys are the keys of the two tables.
    const row = {
      ...OPEN,
      ...PULSE_ROWS[pulseName as keyof typeof PULSES],
      ...RENEWAL_ROWS[renewalName as keyof typeof RENEWALS],
    };
    if (pulseName === 'probe' && renewalName === 'under-way') Object.assign(row, SLOW_WHILE_RENEWING);
    return { name: `open, ${pulseName}, renewal ${renewalName}`, state: openAt({ pulse, renewal }), row };
  }),
);

const CASES: readonly Case[] = [
  { name: 'closed, initial', state: closedBecause('initial'), row: CLOSED },
  { name: 'closed, client', state: closedBecause('client'), row: { ...CLOSED, close: 'nothing' } },
  { name: 'closed, stopped', state: closedBecause('stopped'), row: CLOSED },
  { name: 'closed, exhausted', state: closedBecause('exhausted'), row: EXHAUSTED },
  { name: 'closed, disposed', state: closedBecause('disposed'), row: {} },
  { name: 'waiting', state: waitingFor(8_000), row: WAITING },
  { name: 'waiting, parked', state: waitingFor(null, recordOf({ page: 'left' })), row: PARKED },
  { name: 'trying, authorizing', state: tryingAt('authorizing'), row: AUTHORIZING },
  { name: 'trying, dialing', state: tryingAt('dialing'), row: DIALING },
  { name: 'trying, joining', state: tryingAt('joining'), row: JOINING },
  ...OPEN_CASES,
  { name: 'closing', state: closingNow(), row: CLOSING },
];

// The keys of EVENTS are EventName by its definition; Object.keys forgets them.
const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];

describe.each(CASES)('CN-1 UP-03 the machine that is $name', ({ state, row }) => {
  test.each(EVENT_NAMES)('answers "%s" as the table says', (name) => {
    const frozen = freeze(state);

    const step = transition(frozen, EVENTS[name], contextOf());

    expect(outcomeOf(frozen, step)).toBe(row[name] ?? 'nothing');
    expect(brokenRules(frozen, step)).toEqual([]);
  });

  test('F6 F12 UP-13 RX-7 ignores every answer of an earlier dial, and of one that never was', () => {
    const answers = Object.values(EVENTS).filter((event) => 'dialId' in event);

    const steps = [DIAL_ID - 1, DIAL_ID + 1].flatMap((dialId) =>
      answers.map((answer) => transition(state, { ...answer, dialId }, contextOf())),
    );

    expect(steps.length).toBeGreaterThan(30);
    for (const [next, commands] of steps) {
      expect(next).toBe(state);
      expect(commands).toEqual([]);
    }
  });

  test('says the same again when it is asked the same again', () => {
    const steps = EVENT_NAMES.map((name) => [0, 1].map(() => transition(state, EVENTS[name], contextOf())));

    for (const [first, second] of steps) expect(second).toEqual(first);
  });
});

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) freeze(part);
    Object.freeze(value);
  }
  return value;
}
