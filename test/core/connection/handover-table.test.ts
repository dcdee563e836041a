/** Every event of the connection in use and of the dial beside it, in every state of a handover. */

import { describe, expect, test } from 'vitest';
import type { ConnectionEvent } from '../../../src/core/connection/event.js';
import { transition } from '../../../src/core/connection/transition.js';
import { brokenRules } from '../../support/connection-rules.js';
import {
  BESIDE_ID,
  contextOf,
  EVENTS,
  type EventName,
  HANDOVERS,
  openAt,
  outcomeOf,
  recordOf,
} from '../../support/connection-states.js';

type Row = Readonly<Partial<Record<EventName, string>>>;
type HandoverName = keyof typeof HANDOVERS;

const DIAL = '+attempt 10000, token #10';
const PROBE = 'probe, +pulse 1500, send-ping #7';
/** What is the same in all of them. */
const ALWAYS: Row = {
  pong: 'round trip 25000',
  'probe wanted': 'beat, +pulse 10000, send-ping #7',
  'lifetime told': 'renewal armed, +renew 80000',
  'pulse timer': 'beat, +pulse 10000, send-ping #7',
  'late pulse timer': PROBE,
  'page visible': PROBE,
  'page hidden': 'noted',
  'page left': 'noted',
  woken: PROBE,
  online: PROBE,
  offline: PROBE,
};

/** The connection in use ends, and nothing is there that could take its place. */
function alone(stop: string, drop: string): Row {
  const gone = `waiting 500 retry, -pulse, -renew${stop}, drop #7 4000${drop}, +retry 500`;
  return {
    close: `closing #7, -pulse, -renew, +close 3000${drop}, hang-up #7`,
    dispose: `closed disposed, -pulse, -renew${stop}, drop #7 1000${drop}`,
    'no token': `closed stopped by no-token, -pulse, -renew${stop}, drop #7 4000${drop}`,
    'provider stops': `closed stopped by stopped-by-provider, -pulse, -renew${stop}, drop #7 4000${drop}`,
    'ack overdue': gone.replace('4000', '4002'),
    'bad frames': gone,
    'socket closes': gone,
  };
}

/** A try is scheduled, so another wish changes nothing, but for the user's. */
const DUE: Row = {
  ...ALWAYS,
  ...alone('', ''),
  close: 'closing #7, -pulse, -renew, -retry, +close 3000, hang-up #7',
  dispose: 'closed disposed, -pulse, -renew, -retry, drop #7 1000',
  'no token': 'closed stopped by no-token, -pulse, -renew, -retry, drop #7 4000',
  'provider stops': 'closed stopped by stopped-by-provider, -pulse, -renew, -retry, drop #7 4000',
  reconnect: `authorizing #10 manual, -retry, ${DIAL}`,
  'pause hinted': 'noted',
  'retry timer': `authorizing #10 handover, -retry, ${DIAL}`,
};
const PARKED: Row = {
  ...ALWAYS,
  ...alone('', ''),
  reconnect: `authorizing #10 manual, ${DIAL}`,
  'pause hinted': 'noted',
  'retry timer': `authorizing #10 handover, ${DIAL}`,
  'page visible': `probe, authorizing #10 handover, ${DIAL}, +pulse 1500, send-ping #7`,
  'page hidden': `authorizing #10 handover, ${DIAL}`,
};

/** The connection in use ends, and what is dialled beside it is the next attempt already. */
function trying(phase: 'authorizing' | 'dialing' | 'joining'): Row {
  const inherited = `${phase} #9 handover, -pulse, -renew, drop #7 4000`;
  return {
    ...ALWAYS,
    ...alone(', -attempt', ', drop #9 1000'),
    close: 'closing #7, -pulse, -renew, -attempt, +close 3000, drop #9 1000, hang-up #7',
    'ack overdue': inherited.replace('4000', '4002'),
    'bad frames': inherited,
    'socket closes': inherited,
    'pause hinted': 'noted',
    'attempt timer': TRY_AGAIN,
  };
}

const TRY_AGAIN = 'try in 500, -attempt, drop #9 4000, +retry 500';
const DRAINING: Row = {
  ...ALWAYS,
  ...alone(', -close', ', drop #9 1000'),
  reconnect: 'drains #9, next in 0',
  'close timer': 'alone, -close, drop #9 1000',
  close: 'closing #7, -pulse, -renew, +close 3000, drop #9 1000, hang-up #7',
};
const USED: Readonly<Record<HandoverName, Row>> = {
  none: {
    ...ALWAYS,
    ...alone('', ''),
    reconnect: `authorizing #10 manual, ${DIAL}`,
    'pause hinted': 'try in 10000, +retry 10000',
    'token expiring': `authorizing #10 handover, ${DIAL}`,
    'renew timer': `authorizing #10 handover, ${DIAL}`,
  },
  due: DUE,
  parked: PARKED,
  authorizing: trying('authorizing'),
  dialing: trying('dialing'),
  joining: trying('joining'),
  'in doubt': trying('joining'),
  draining: {
    ...DRAINING,
    'pause hinted': 'drains #9, next in 10000',
    'token expiring': 'drains #9, next in 0',
    'renew timer': 'drains #9, next in 0',
  },
  'wanted again': {
    ...DRAINING,
    'pause hinted': 'noted',
    'close timer': 'try in 3000, -close, drop #9 1000, +retry 3000',
  },
};

/** It fails, and is tried again; that there is no session ends everything. */
const SUCCESSOR: Row = {
  'token fails': TRY_AGAIN,
  'no token': 'closed stopped by no-token, -pulse, -renew, -attempt, drop #7 4000, drop #9 4000',
  'provider stops': 'closed stopped by stopped-by-provider, -pulse, -renew, -attempt, drop #7 4000, drop #9 4000',
  'dial fails': TRY_AGAIN,
  'ack overdue': TRY_AGAIN.replace('4000', '4002'),
  'bad frames': TRY_AGAIN,
  'token rejected': 'try in 0, -attempt, drop #9 4000, +retry 0',
  'pause hinted': 'noted',
  'socket closes': TRY_AGAIN,
};
const JOINED = 'uses #9, drains #7, -attempt, +pulse 25000, -renew, +close 2000';
const PREDECESSOR = 'alone, -close, drop #9 1000';
const BESIDE: Readonly<Record<HandoverName, Row>> = {
  none: {},
  due: {},
  parked: {},
  authorizing: { ...SUCCESSOR, 'token arrives': 'dialing #9 handover, +attempt 10000, dial #9' },
  dialing: { ...SUCCESSOR, 'socket opens': 'joining #9 handover, +attempt 10000' },
  joining: { ...SUCCESSOR, joined: JOINED },
  'in doubt': { ...SUCCESSOR, joined: JOINED },
  draining: {
    'ack overdue': PREDECESSOR,
    'bad frames': PREDECESSOR,
    drained: PREDECESSOR,
    'socket closes': PREDECESSOR,
  },
  'wanted again': {
    'ack overdue': 'try in 3000, -close, drop #9 1000, +retry 3000',
    'bad frames': 'try in 3000, -close, drop #9 1000, +retry 3000',
    drained: 'try in 3000, -close, drop #9 1000, +retry 3000',
    'socket closes': 'try in 3000, -close, drop #9 1000, +retry 3000',
  },
};

// Object.keys forgets that these are the keys of the two tables.
const NAMES = Object.keys(HANDOVERS) as readonly HandoverName[];
const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];

describe.each(NAMES)('CN-1 UP-03 a handover that is "%s"', (handoverName) => {
  const record = recordOf({ hasOpened: true, lastDialId: BESIDE_ID });
  const state = openAt({ handover: HANDOVERS[handoverName], canRenewInBand: false, record });

  test.each(EVENT_NAMES)('answers "%s" of the connection in use as the table says', (name) => {
    const step = transition(state, EVENTS[name], contextOf());

    expect(outcomeOf(state, step)).toBe(USED[handoverName][name] ?? 'nothing');
    expect(brokenRules(state, step)).toEqual([]);
  });

  test.each(EVENT_NAMES.filter((name) => 'dialId' in EVENTS[name]))(
    'answers "%s" of the dial beside it as the table says',
    (name) => {
      // Only dial events come here, and those stay what they are with another id.
      const step = transition(state, { ...EVENTS[name], dialId: BESIDE_ID } as ConnectionEvent, contextOf());

      expect(outcomeOf(state, step)).toBe(BESIDE[handoverName][name] ?? 'nothing');
      expect(brokenRules(state, step)).toEqual([]);
    },
  );
});
