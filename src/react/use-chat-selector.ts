import type { ChatSnapshot } from '../client/chat-snapshot.js';
import type { ChatPlace } from './hook-options.js';
import { useTarget } from './use-target.js';
import { useView } from './use-view.js';

/**
 * A part of the snapshot: the component renders again only when that part changes. The selector may be written inline;
 * it is called on every change and has to be quick. `isEqual` (default `Object.is`) tells for a selector that makes
 * new objects whether anything in them changed. The type of its argument may say what metadata is:
 * `(snapshot: ChatSnapshot<Mood>) => …`. `place` names another client or conversation than the provider's.
 * Throws `usage/no-provider` where there is no client.
 *
 * @example
 * function Status() {
 *   const status = useChatSelector(({ connection }) => connection.status);
 *   return <p role="status">{status}</p>;
 * }
 */
export function useChatSelector<Selected, Metadata = unknown>(
  selector: (snapshot: ChatSnapshot<Metadata>) => Selected,
  isEqual: (a: Selected, b: Selected) => boolean = Object.is,
  place: ChatPlace<Metadata> = {},
): Selected {
  // Safe as far as the application is right about its own metadata.
  return useView(useTarget(place), selector as (snapshot: ChatSnapshot) => Selected, isEqual);
}
