/** Who looks where: much happens in a run, and each invariant looks at little of it. */

import type { Invariant } from './invariant.js';

type HookName = Exclude<keyof Invariant, 'id' | 'sentence'>;

export type Hooks = { readonly [Name in HookName]: readonly NonNullable<Invariant[Name]>[] };

export function collectHooks(invariants: readonly Invariant[]): Hooks {
  const named = <Name extends HookName>(name: Name) =>
    invariants
      .map((invariant) => invariant[name])
      .filter((hook): hook is NonNullable<Invariant[Name]> => hook !== undefined);
  return {
    told: named('told'),
    shown: named('shown'),
    sent: named('sent'),
    heard: named('heard'),
    reached: named('reached'),
    asked: named('asked'),
    muffled: named('muffled'),
    signalled: named('signalled'),
    loggedOut: named('loggedOut'),
    dialled: named('dialled'),
    said: named('said'),
    stepped: named('stepped'),
    ended: named('ended'),
    settled: named('settled'),
  };
}
