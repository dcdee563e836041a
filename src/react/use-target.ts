import { createContext, useContext, useEffect, useInsertionEffect, useState } from 'react';
import { ChatSocketError } from '../errors/chat-socket-error.js';
import { ChatTarget } from './chat-target.js';
import type { ChatPlace, OwnClientOptions } from './hook-options.js';
import { isEnabled, OwnedClient } from './owned-client.js';

/** What the nearest provider provides. */
export const ChatTargetContext = createContext<ChatTarget | null>(null);

/** The conversation that options mean: of a client of this component's own, of a given one, or of the provider's. */
export function useTarget(options: OwnClientOptions | ChatPlace): ChatTarget {
  const provided = useContext(ChatTargetContext);
  const owned = useOwnedClient(isOwn(options) ? options : null);
  const client = owned?.client ?? options.client ?? provided?.client;
  if (client === undefined) {
    throw new ChatSocketError(
      'usage/no-provider',
      'Cannot find a client: render a ChatSocketProvider above, or pass url or client.',
    );
  }
  const isProvided = owned === null && options.client === undefined;
  const named = options.conversationId ?? (isProvided ? provided?.conversationId : null) ?? null;
  // The client that was made with a conversation stands for it.
  const conversationId = owned?.conversationId === named ? null : named;
  const isSame = (target: ChatTarget | null) => target?.client === client && target.conversationId === conversationId;
  const make = () => (provided !== null && isSame(provided) ? provided : new ChatTarget(client, conversationId));
  const [kept, keep] = useState(make);
  if (isSame(kept)) return kept;
  const target = make();
  keep(target);
  return target;
}

/**
 * Kept in state, which lives through Fast Refresh; what `useMemo` keeps does not. The client of a render that React throws
 * away was never connected, so there is nothing to clean up.
 */
function useOwnedClient(options: OwnClientOptions | null): OwnedClient | null {
  const isOn = options !== null && isEnabled(options);
  const [kept, keep] = useState(() => options && new OwnedClient(options, null));
  let owned = kept;
  if (options === null ? kept !== null : kept?.serves(options) !== true) {
    owned = options && new OwnedClient(options, kept);
    keep(owned);
  }
  useInsertionEffect(() => {
    if (options !== null) owned?.follow(options);
  });
  useEffect(() => owned?.hold(isOn), [owned, isOn]);
  return owned;
}

function isOwn(options: OwnClientOptions | ChatPlace): options is OwnClientOptions {
  return 'url' in options && options.client === undefined;
}
