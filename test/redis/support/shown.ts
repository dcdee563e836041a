/** What a client shows, waited for and watched. */

import type { ChatSocketClient } from 'chatsocket';
import { answerTo } from '../../../examples/server/engine/bot.js';
import { within } from '../../server/support/peer.js';

/** What the assistant answers to “Tell me a story”. */
export const STORY = answerTo('story');

const DEADLINE_MS = 20_000;

type Snapshot = ChatSocketClient['snapshot'];

export async function untilShown(client: ChatSocketClient, isTrue: (snapshot: Snapshot) => boolean): Promise<void> {
  const shown = new Promise<void>((resolve) => {
    const look = () => {
      if (isTrue(client.snapshot)) resolve();
    };
    client.subscribe(look);
    look();
  });
  await within(shown, () => `something to be shown: ${JSON.stringify(client.snapshot.messages)}`, DEADLINE_MS);
}

/** Every text that was shown of the story and is not how it begins. */
export function watchStory(client: ChatSocketClient): readonly string[] {
  const wrong: string[] = [];
  client.subscribe(() => {
    const last = client.snapshot.messages.at(-1);
    if (last?.sender.role === 'assistant' && !STORY.startsWith(last.content)) wrong.push(last.content);
  });
  return wrong;
}
