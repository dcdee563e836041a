import type { Deed, Stage } from '../faults/deed.js';
import type { FamilyServer } from './family.js';

/** What is done to a family's server, and to no other. */
export function atServerOf<Server extends FamilyServer>(
  // Any way of making one will do: nothing is made here.
  Class: abstract new (...values: never) => Server,
): (act: (server: Server, stage: Stage) => void) => Deed['act'] {
  return (act) => (stage) => {
    const { family } = stage.world;
    if (family instanceof Class) act(family, stage);
  };
}
