/** What must hold of a thread beside what holds of every client. */

import type { Life } from '../../device/life.js';
import type { Invariant } from '../../invariants/invariant.js';
import type { World } from '../../world/world.js';
import { ThreadServer } from './server.js';

interface Logout {
  readonly atMs: number;
  /** Replies that the server knew then to have been heard: it gives none of them again. */
  readonly heard: ReadonlySet<string>;
}

export const tellsNothingOfBefore = (): Invariant => {
  const logouts = new WeakMap<Life, Logout>();
  return {
    id: 'I2',
    sentence: 'Who has logged out is not told again what he had acked before.',
    told(world, life, event) {
      const { loggedOutAtMs } = life;
      if (loggedOutAtMs === null) return;
      const known = logouts.get(life);
      const logout = known?.atMs === loggedOutAtMs ? known : { atMs: loggedOutAtMs, heard: ackedBy(world, life) };
      logouts.set(life, logout);
      if (event.name !== 'message-received') return;
      const { id } = event.payload.message;
      if (id !== null && logout.heard.has(id)) {
        world.violate('I2', `device ${life.device.index} tells of ${id} again after a logout`);
      }
    },
  };
};

function ackedBy({ family }: World, life: Life): ReadonlySet<string> {
  const replies = family instanceof ThreadServer ? family.replies : [];
  return new Set(replies.filter((reply) => reply.ackedBy.has(life)).map(({ id }) => id));
}
