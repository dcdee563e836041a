import type { Attempt, Life } from '../device/life.js';
import type { Invariant } from './invariant.js';

export const nothingAfterLogout = (): Invariant => {
  const storeless = new WeakSet<Life>();
  return {
    id: 'I22',
    sentence: 'After a logout no row of the user is left in a store that could be opened.',
    told(_world, life, told) {
      if (told.name === 'error' && told.payload.error.code === 'storage/unavailable') storeless.add(life);
    },
    loggedOut(world, life, calledAtMs) {
      if (storeless.has(life)) return;
      for (const { row, namespace } of life.device.browser?.rows.values() ?? []) {
        if (!namespace.includes(life.device.setup.userId) || row.queuedAtMs >= calledAtMs) continue;
        world.violate('I22', `${row.id} of device ${life.device.index} outlives the logout`);
      }
    },
  };
};

export const storedBeforeSent = (): Invariant => {
  const sent: Attempt[] = [];
  return {
    id: 'DS-4',
    sentence: 'Nothing of a message is sent before its promise says how it is kept.',
    sent(_world, { life, browser }, frame) {
      if (life === null || browser === null || frame.type !== 'send_message') return;
      const attempt = life.attempts.get(frame.messageId);
      if (attempt !== undefined) sent.push(attempt);
    },
    stepped(world) {
      if (sent.length === 0) return;
      // Promises are settled by now.
      for (const { durable, outgoing } of sent) {
        if (durable === null) world.violate('DS-4', `${outgoing.id} is sent and not yet persisted`);
      }
      sent.length = 0;
    },
  };
};
