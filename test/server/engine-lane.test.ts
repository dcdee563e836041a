import { describe, expect, it } from 'vitest';
import { Lane, type LaneWork } from '../../examples/server/engine/lane.js';
import type { StoreWrite } from '../../examples/server/engine/records.js';
import type { Turn } from '../../examples/server/engine/turn.js';

const write: StoreWrite = { type: 'put-user', user: { id: 'ada', name: 'Ada' } };

function turn(): Turn {
  return { nowMs: 0, freshId: 'fresh', effects: [] };
}

describe('a lane', () => {
  it('announces work that an announcement adds behind the whole batch', () => {
    const lane = new Lane('lane');
    const now = turn();
    const told: string[] = [];
    const work = (name: string, more: Partial<LaneWork> = {}): LaneWork => {
      return { writes: [], announce: () => told.push(name), ...more };
    };
    lane.enqueue(now, work('first', { writes: [write] }));
    const announce = () => {
      told.push('second');
      lane.enqueue(now, work('added'));
    };
    lane.enqueue(now, work('second', { writes: [write], announce }));
    lane.enqueue(now, work('third'));

    lane.stored(now);
    lane.stored(now);

    expect(told).toEqual(['first', 'second', 'third', 'added']);
    expect(lane.pendingCount).toBe(0);
  });

  it('lets work without writes through at once, and behind a write after it', () => {
    const lane = new Lane('lane');
    const now = turn();
    const told: string[] = [];

    lane.enqueue(now, { writes: [], announce: () => told.push('at once') });
    lane.enqueue(now, { writes: [write], announce: () => told.push('stored') });
    lane.enqueue(now, { writes: [], announce: () => told.push('behind') });
    const toldBefore = [...told];
    lane.stored(now);

    expect(toldBefore).toEqual(['at once']);
    expect(told).toEqual(['at once', 'stored', 'behind']);
  });

  it('bounds a batch, so that what it announces fits into the buffer of a socket', () => {
    const lane = new Lane('lane');
    const now = turn();
    for (let count = 0; count < 200; count += 1) lane.enqueue(now, { writes: [write], announce: () => {} });

    while (lane.pendingCount > 0) lane.stored(now);

    const sizes = now.effects.map((effect) => (effect.type === 'store' ? effect.writes.length : 0));
    expect(sizes).toEqual([1, 64, 64, 64, 7]);
  });
});
