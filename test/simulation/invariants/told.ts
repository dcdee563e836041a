/** What clients tell of themselves: legal, once, without secrets, to everybody who listens. */

import { EVENT_NAMES, type EventName, type Life } from '../device/life.js';
import { CANARY } from '../server/token-office.js';
import type { World } from '../world/world.js';
import type { Invariant } from './invariant.js';

/** What may follow on what. */
const NEXT_STATUS: Readonly<Record<string, readonly string[]>> = {
  closed: ['connecting', 'closed'],
  connecting: ['connecting', 'open', 'closing', 'closed'],
  open: ['connecting', 'closing', 'closed'],
  closing: ['closed', 'connecting'],
};

export const legalSteps = (): Invariant => {
  const latest = new WeakMap<Life, { readonly status: string; readonly text: string }>();
  return {
    id: 'I24',
    sentence: 'A status is told once, and only those follow that may.',
    told(world, life, told) {
      if (told.name !== 'status-changed') return;
      const { connection } = told.payload;
      const before = latest.get(life) ?? { status: 'closed', text: '' };
      const text = textOf(told.payload);
      latest.set(life, { status: connection.status, text });
      if (text === before.text) world.violate('I24', `device ${life.device.index} tells ${connection.status} twice`);
      if (!NEXT_STATUS[before.status]?.includes(connection.status)) {
        world.violate('I24', `device ${life.device.index} goes from ${before.status} to ${connection.status}`);
      }
    },
  };
};

/** What was told last: several ask for its text, one after another. */
let latest: { readonly payload: object; readonly text: string } | null = null;

function textOf(payload: object): string {
  if (latest?.payload !== payload) latest = { payload, text: JSON.stringify(payload) };
  return latest.text;
}

const MAY_HOLD_TEXT: ReadonlySet<EventName> = new Set([
  'error',
  'closed',
  'status-changed',
  'frame-rejected',
  'message-failed',
]);

export const keepsSecrets = (): Invariant => ({
  id: 'I12',
  sentence: 'No token is in any event or error.',
  told(world, life, { name, payload }) {
    if (!MAY_HOLD_TEXT.has(name)) return;
    const error =
      'error' in payload ? `${payload.error.message} ${payload.error.stack} ${String(payload.error.cause)}` : '';
    if (`${textOf(payload)} ${error}`.includes(CANARY))
      world.violate('I12', `device ${life.device.index} tells a token by ${name}`);
  },
});

export const everyListenerHears = (): Invariant => ({
  id: 'I17',
  sentence: 'A listener that throws, sends or closes takes nothing from the others.',
  settled(world) {
    for (const life of world.lives) compare(life, (what) => world.violate('I17', what));
  },
});

function compare(life: Life, violate: (what: string) => void): void {
  for (const name of EVENT_NAMES) {
    const first = life.heard.first.get(name) ?? 0;
    const last = life.heard.last.get(name) ?? 0;
    if (first !== last)
      violate(`device ${life.device.index}: one listener hears ${name} ${first} times, another ${last} times`);
  }
}

const OBJECT_NAMES = Object.getOwnPropertyNames(Object.prototype).length;
const ARRAY_NAMES = Object.getOwnPropertyNames(Array.prototype).length;

export const prototypesAreWhole = (): Invariant => ({
  id: 'I20',
  sentence: 'The prototypes of the language stay as they were.',
  settled(world) {
    const isSame =
      Object.getOwnPropertyNames(Object.prototype).length === OBJECT_NAMES &&
      Object.getOwnPropertyNames(Array.prototype).length === ARRAY_NAMES;
    if (!isSame) world.violate('I20', 'a prototype was changed');
  },
});

/** What was told of one conversation: names that senders gave, or else the server, and the id that each stood for. */
type ToldNames = Map<string, string | null>;

export const tellsEachOnce = (): Invariant => {
  const told = new WeakMap<Life, Map<string, ToldNames>>();
  const logouts = new WeakMap<Life, number>();
  const namesOf = (life: Life, conversationId: string): ToldNames => {
    const ofLife = told.get(life) ?? new Map<string, ToldNames>();
    told.set(life, ofLife);
    const names = ofLife.get(conversationId) ?? new Map();
    ofLife.set(conversationId, names);
    return names;
  };
  return {
    id: 'I2',
    sentence: 'A message is told to have been received once.',
    told(world, life, event) {
      // Who logs out forgets what was told, in every tab: a server that was not told of an ack says it again.
      const loggedOutAtMs = lastLogoutMs(world, life);
      if (loggedOutAtMs !== null && logouts.get(life) !== loggedOutAtMs) told.delete(life);
      if (loggedOutAtMs !== null) logouts.set(life, loggedOutAtMs);
      if (event.name === 'history-reset') namesOf(life, event.payload.conversationId).clear();
      if (event.name !== 'message-received') return;
      const { conversationId, message } = event.payload;
      const names = namesOf(life, conversationId);
      // A server that forgets stores a second copy, which can only be told from a new message while the first is remembered.
      const clientMessageId = world.forgotDedup ? null : message.clientMessageId;
      const name = clientMessageId ?? message.id ?? message.key;
      // A server that forgot a message stores it again, and a client remembers only so many.
      const seenMax = life.device.setup.options.inbox?.seenMax ?? SEEN_MAX;
      const isForgotten = world.forgotDedup && names.get(name) !== message.id && names.size >= seenMax;
      if (names.has(name) && !isForgotten) world.violate('I2', `device ${life.device.index} tells of ${name} twice`);
      names.set(name, message.id);
    },
  };
};

const SEEN_MAX = 2_000;

/** Of its user in its browser; null where there was none. */
function lastLogoutMs({ lives }: World, { device }: Life): number | null {
  const others = lives.filter(
    (other) => other.device.setup.userId === device.setup.userId && other.device.channels === device.channels,
  );
  return others.reduce<number | null>(
    (lastMs, { loggedOutAtMs: atMs }) => (atMs !== null && atMs > (lastMs ?? -1) ? atMs : lastMs),
    null,
  );
}
