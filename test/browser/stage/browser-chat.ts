/** Clients in this page, and waiting for what they come to. */
import { onTestFinished } from 'vitest';
import { type ChatSnapshot, ChatSocketClient, type ChatSocketOptions } from '../../../src/index.js';
import type { Stage } from './stage.js';
import { until } from './until.js';

const ROOM = 'lobby';

/** What a client needs to be somebody at the server; it comes back as fast as it may. */
export function optionsOf(stage: Stage, name: string, url: string) {
  return {
    url,
    token: () => stage.ask('issueToken', name),
    conversationId: ROOM,
    reconnect: { delayFirstMs: 1, delayMaxMs: 1, dialsPerMinuteMax: 60 },
  } satisfies ChatSocketOptions;
}

/** Not connected; disposed at the end of the test. */
export function makeClient(stage: Stage, name: string, url: string): ChatSocketClient {
  const client = new ChatSocketClient(optionsOf(stage, name, url));
  onTestFinished(() => client.dispose());
  return client;
}

export function untilSnapshot(
  client: ChatSocketClient,
  what: string,
  isThere: (snapshot: ChatSnapshot) => boolean,
): Promise<void> {
  return until({
    what,
    // Subscribers may hear of two changes at once; of the status every change is told.
    watch(look) {
      const stops = [client.subscribe(look), client.on('status-changed', look)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    isThere: () => isThere(client.snapshot),
  });
}

export async function untilShown(client: ChatSocketClient, content: string): Promise<void> {
  await untilSnapshot(client, `the message ${content}`, () => textsOf(client).includes(content));
}

export function textsOf(client: ChatSocketClient): readonly string[] {
  return client.snapshot.messages.map(({ content }) => content);
}
