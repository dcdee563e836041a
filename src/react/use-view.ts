import { useEffect, useInsertionEffect, useReducer, useRef, useSyncExternalStore } from 'react';
import type { ChatSnapshot } from '../client/chat-snapshot.js';
import { type ChatTarget, noop, SERVER_SNAPSHOT } from './chat-target.js';

export type Select<Selected> = (snapshot: ChatSnapshot) => Selected;
export type IsEqual<Selected> = (a: Selected, b: Selected) => boolean;

/** What is on the screen, and how it was found. */
interface Shown<Selected> {
  readonly snapshot: ChatSnapshot;
  readonly selected: Selected;
  readonly select: Select<Selected>;
  readonly isEqual: IsEqual<Selected>;
}

/**
 * Selects from the newest snapshot, and renders again when what was selected changes.
 *
 * Changes are told by a plain state update and not by `useSyncExternalStore`, whose updates are synchronous: each one
 * interrupts a transition under way, which then starts over, so an answer that streams would hold up every navigation.
 * A plain update lets a transition finish, and still is synchronous for what the user does. What it gives up is that
 * two parts of one sliced render may see two snapshots; the update that follows sets it right.
 */
export function useView<Selected>(target: ChatTarget, select: Select<Selected>, isEqual: IsEqual<Selected>): Selected {
  const [, renderAgain] = useReducer((count: number) => count + 1, 0);
  const shown = useRef<Shown<Selected> | null>(null);
  const isServerPage = useIsServerPage();
  const snapshot = isServerPage ? SERVER_SNAPSHOT : target.snapshot;
  const next = select(snapshot);
  const selected = shown.current !== null && isEqual(shown.current.selected, next) ? shown.current.selected : next;
  useInsertionEffect(() => {
    shown.current = { snapshot, selected, select, isEqual };
  });
  useEffect(() => {
    const look = () => {
      if (shown.current !== null && hasChanged(shown.current, target.snapshot)) renderAgain();
    };
    const stop = target.subscribe(look);
    // What came between the render and now.
    look();
    return stop;
  }, [target]);
  return selected;
}

function hasChanged<Selected>(shown: Shown<Selected>, snapshot: ChatSnapshot): boolean {
  if (shown.snapshot === snapshot) return false;
  try {
    return !shown.isEqual(shown.selected, shown.select(snapshot));
  } catch {
    // A selector may count on a row that is gone, in a component that its parent is about to remove. If it is not, rendering throws.
    return true;
  }
}

/** Only the third argument of `useSyncExternalStore` tells that a page which the server rendered is being taken over. */
function useIsServerPage(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => false,
    () => true,
  );
}

function neverChanges(): () => void {
  return noop;
}
