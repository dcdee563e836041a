import { ChatSocketError } from './chat-socket-error.js';

/** An option that cannot be used, and what it may be. `given`: what it was, where that can be shown. */
export function unusableOption(option: string, accepted: string, given = ''): ChatSocketError {
  return new ChatSocketError('usage/invalid-option', `Cannot use the option ${option}${given}: expected ${accepted}.`, {
    fields: { option, accepted },
  });
}
