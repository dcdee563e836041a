/** The bad networks of this suite. Each is a list of rules for one client's connections; the other client's network is sound. */

import type { Action, Moment, Rule } from './rule.js';

export interface Script {
  /** The scenario's id and what it is. */
  readonly name: string;
  readonly rules: readonly Rule[];
  /** The server is ended and started again in the middle. */
  readonly restartsServer?: true;
}

const EVERY = { from: 1, to: Number.MAX_SAFE_INTEGER };

/** The first connections, up to this one. */
function upTo(to: number): Rule['match'] {
  return { from: 1, to };
}

function toServer(count: number): Moment {
  return { type: 'bytes', direction: 'to-server', count };
}

function toClient(count: number): Moment {
  return { type: 'bytes', direction: 'to-client', count };
}

function after(delayMs: number): Moment {
  return { type: 'after', delayMs };
}

const DIALLED: Moment = { type: 'dialled' };
const CUT: Action = { type: 'cut' };

export const SCRIPTS: readonly Script[] = [
  { name: 'F1 the first three dials are refused', rules: [{ match: upTo(3), when: DIALLED, action: CUT }] },
  {
    name: 'F3 a dial whose handshake is never answered',
    rules: [{ match: upTo(1), when: DIALLED, action: { type: 'silence', bytes: 'swallow' } }],
  },
  {
    name: 'F8 resets in the middle of the handshake and of the frames that follow',
    rules: [20, 150, 300, 600, 1_100, 2_000].map((count, index) => ({
      match: { from: index + 1, to: index + 1 },
      when: toClient(count),
      action: CUT,
    })),
  },
  {
    name: 'F8 resets in the middle of what the client sends',
    rules: [10, 400, 700, 1_000, 1_501, 2_222].map((count, index) => ({
      match: { from: index + 1, to: index + 1 },
      when: toServer(count),
      action: CUT,
    })),
  },
  {
    name: 'F9 half-open both ways, and nothing is ever told of it',
    rules: [{ match: upTo(2), when: after(400), action: { type: 'silence' } }],
  },
  {
    name: 'F10 half-open towards the client: stored, and the acks are lost',
    rules: [
      {
        match: upTo(2),
        when: after(400),
        action: { type: 'silence', direction: 'to-client', bytes: 'swallow' },
      },
    ],
  },
  {
    name: 'F11 half-open towards the server',
    rules: [
      {
        match: upTo(2),
        when: after(400),
        action: { type: 'silence', direction: 'to-server', bytes: 'swallow' },
      },
    ],
  },
  {
    name: 'F12 a stall longer than the patience of the client, then old frames arrive',
    rules: [{ match: upTo(1), when: after(300), action: { type: 'stall', durationMs: 6_000 } }],
  },
  {
    name: 'F12 short stalls towards the client alone',
    rules: [200, 900, 1_600].map((delayMs) => ({
      match: EVERY,
      when: after(delayMs),
      action: { type: 'stall', durationMs: 500, direction: 'to-client' },
    })),
  },
  {
    name: 'F19 up for a third of a second, again and again',
    rules: [{ match: upTo(12), when: after(333), action: CUT }],
  },
  {
    name: 'F20 the first ten connections end as soon as they are made',
    rules: [{ match: upTo(10), when: toClient(130), action: CUT }],
  },
  { name: 'F21 byte by byte', rules: [{ match: EVERY, when: DIALLED, action: { type: 'byte-by-byte' } }] },
  {
    name: 'F21 byte by byte, and cut after odd numbers of bytes',
    rules: [
      { match: EVERY, when: DIALLED, action: { type: 'byte-by-byte' } },
      { match: upTo(4), when: toClient(1_777), action: CUT },
    ],
  },
  {
    name: 'F14 a slow network: 150 ms each way',
    rules: [{ match: EVERY, when: DIALLED, action: { type: 'delay', delayMs: 150 } }],
  },
  {
    name: 'F14 a slow network that is cut as well',
    rules: [
      { match: EVERY, when: DIALLED, action: { type: 'delay', delayMs: 80 } },
      { match: upTo(5), when: after(700), action: CUT },
    ],
  },
  {
    name: 'F25 nothing comes back any more just when a message has reached the server',
    // By the third connection everything has arrived: the next one is dialled while the silent one is still in doubt.
    rules: [1, 2].map((link) => ({
      match: { from: link, to: link },
      when: toServer(700 + 97 * link),
      action: { type: 'silence', direction: 'to-client', bytes: 'swallow' },
    })),
  },
  {
    name: 'F23 the server restarts under a network that is cut',
    rules: [{ match: upTo(6), when: after(600), action: CUT }],
    restartsServer: true,
  },
];
