import type { Life } from '../device/life.js';
import type { Invariant } from './invariant.js';

export const tellsResetOnce = (): Invariant => {
  const latest = new WeakMap<Life, Map<string, number>>();
  return {
    id: 'RX-5',
    sentence: 'A history that begins anew is told to do so once.',
    told(world, life, told) {
      if (told.name !== 'history-reset') return;
      const { conversationId } = told.payload;
      const ofLife = latest.get(life) ?? new Map<string, number>();
      latest.set(life, ofLife);
      const { nowMs } = world.timeline;
      if (ofLife.get(conversationId) === nowMs)
        world.violate('RX-5', `device ${life.device.index} tells twice that ${conversationId} begins anew`);
      ofLife.set(conversationId, nowMs);
    },
  };
};

export const wholeCharacters = (): Invariant => ({
  id: 'ST-7',
  sentence: 'An answer that grows never ends in half a character.',
  shown(world, life, { conversationId, come }) {
    for (const { id, stream, content } of come) {
      if ((stream === 'streaming' || stream === 'stalled') && /[\uD800-\uDBFF]$/.test(content))
        world.violate('ST-7', `device ${life.device.index} shows half a character of ${id} in ${conversationId}`);
    }
  },
});
