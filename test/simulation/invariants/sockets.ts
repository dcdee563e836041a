import type { DialReason } from '../../../src/core/connection/state.js';
import type { Invariant } from './invariant.js';

/** Beyond the machine's five: notify, drain, ack, probe, typing, read marks, pages, the offline notice. */
const TIMERS_MAX = 10;
/** Joins, ranges, typing of others: a few for each conversation. */
const TIMERS_PER_CONVERSATION_MAX = 4;

export const oneSocket = (): Invariant => ({
  id: 'I7',
  sentence: 'A client has at most one socket connecting or open, two while it hands over.',
  stepped(world) {
    for (const { index, life, liveSocketCount } of world.devices) {
      if (liveSocketCount <= 1) continue;
      const connection = life?.client.snapshot.connection;
      const isHandover = connection?.status === 'open' && connection.handover && liveSocketCount === 2;
      if (!isHandover) world.violate('I7', `device ${index} has ${liveSocketCount} sockets`);
    }
  },
});

/** What a user does to a closed client is shown within the interval of its views, and a timer may see to that. */
const NOTIFY_MS = 50;
const NOTIFY_SLACK_MS = 50;

export const silentAfterClose = (): Invariant => ({
  id: 'I8',
  sentence: 'After close() there is no socket, no timer, no listener and no event.',
  stepped(world) {
    for (const { index, life, page, wires, browser } of world.devices) {
      if (life === null || life.connection.status !== 'closed') continue;
      const { reason } = life.connection;
      if (reason !== 'client' && reason !== 'stopped') continue;
      const { notifyIntervalMs = NOTIFY_MS } = life.device.setup.options.inbox ?? {};
      const isTouched = world.timeline.nowMs - life.touchedAtMs < notifyIntervalMs + NOTIFY_SLACK_MS;
      // Where its store is still at work, a timer sees to an end of that: of the visit that ends, and of the next one.
      const timersMax = browser?.isBusy(life.process.gate) === true ? 2 : 0;
      const { waitingTimers } = life.process;
      if (waitingTimers > timersMax && !isTouched)
        world.violate('I8', `device ${index} is closed (${reason}) and has ${waitingTimers} timers`);
      if (wires.some(({ isHeld }) => isHeld))
        world.violate('I8', `device ${index} is closed (${reason}) and holds a socket`);
      if (page.listenerCount > 0) world.violate('I8', `device ${index} is closed (${reason}) and listens to its page`);
    }
  },
  told(world, life, told) {
    const { name } = told;
    const { connection } = life;
    const isQuiet = connection.status === 'closed' && connection.reason === 'client' && life.closedTold;
    // What is sent now opens the store, and a message of another process that is found there may be known to have arrived.
    const isFound = name === 'message-acked' && !life.attempts.has(told.payload.clientMessageId);
    if (isQuiet && !isFound && !TOLD_WHEN_CLOSED.has(name))
      world.violate('I8', `device ${life.device.index} is closed and tells ${name}`);
  },
});

/** What a user does to a closed client has an end of its own. */
const TOLD_WHEN_CLOSED = new Set(['status-changed', 'closed', 'message-failed', 'stream-ended', 'error']);

export const fewTimers = (): Invariant => ({
  id: 'I9',
  sentence: 'The timers of a client are few, whatever it lives through.',
  stepped(world) {
    for (const { index, life } of world.devices) {
      if (life === null) continue;
      const max = TIMERS_MAX + TIMERS_PER_CONVERSATION_MAX * life.joined.size;
      if (life.process.liveTimers > max) world.violate('I9', `device ${index} has ${life.process.liveTimers} timers`);
    }
  },
});

export const fewListeners = (): Invariant => ({
  id: 'I10',
  sentence: 'A client listens to its page once, however often it connects.',
  stepped(world) {
    for (const { index, page } of world.devices) {
      if (page.listenerCount > 1)
        world.violate('I10', `device ${index} listens to its page ${page.listenerCount} times`);
    }
  },
});

/** How far the numbers of two clocks that are read a moment apart may differ. */
const MINUTE_MS = 60_000;

export const dialsSeldom = (): Invariant => {
  const reasons = new WeakMap<object, DialReason>();
  const dials = new WeakMap<object, number[]>();
  return {
    id: 'I15',
    sentence: 'Dials that nobody asked for stay below the limit of a minute, and messages below that of a second.',
    asked: (_world, life, reason) => void reasons.set(life, reason),
    dialled(world, { life }) {
      const reason = life === null ? undefined : reasons.get(life);
      if (life === null || reason === undefined || reason === 'first' || reason === 'manual') return;
      const { nowMs } = world.timeline;
      const recent = [...(dials.get(life) ?? []).filter((atMs) => atMs > nowMs - MINUTE_MS), nowMs];
      dials.set(life, recent);
      const max = life.device.setup.options.reconnect?.dialsPerMinuteMax ?? 12;
      if (recent.length > max)
        world.violate('I15', `device ${life.device.index} dials ${recent.length} times in a minute`);
    },
  };
};

export const sendsInPace = (): Invariant => {
  const sends = new WeakMap<object, number[]>();
  return {
    id: 'I15',
    sentence: 'Messages are sent no faster than the server announced.',
    sent(world, device, { type }) {
      const { life } = device;
      if (life === null || type !== 'send_message') return;
      const { nowMs } = world.timeline;
      const recent = [...(sends.get(life) ?? []).filter((atMs) => atMs > nowMs - 1_000), nowMs];
      sends.set(life, recent);
      if (recent.length > world.messagesPerSecond)
        world.violate('I15', `device ${device.index} sends ${recent.length} messages in a second`);
    },
  };
};

const BUFFERED_MAX = 65_536;

export const smallBuffer = (): Invariant => ({
  id: 'I16',
  sentence: 'No message is handed to a socket that already holds more than 64 KiB.',
  sent(world, device, { wire, type }) {
    if (type !== 'send_message' || wire.bufferedBytes <= BUFFERED_MAX) return;
    world.violate('I16', `device ${device.index} sends into a buffer of ${wire.bufferedBytes} bytes`);
  },
});
