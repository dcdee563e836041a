/** What a broken server remembers of the messages that it was sent, in front of an engine that does it right. */

import type { Incoming, WireFrame } from './sabotage.js';

export function textOf(frame: WireFrame, name: string): string {
  return String(frame.payload[name]);
}

/** The key by which the promise wants messages told apart. */
export function keyOf({ userId, frame }: Pick<Incoming, 'userId' | 'frame'>): string {
  return JSON.stringify([userId, textOf(frame, 'conversationId'), frame.messageId]);
}
