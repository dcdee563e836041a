import type { ChatSocketClient } from '../../../src/index.js';

const DEADLINE_MS = 20_000;

/** Looks again whenever something is told; rejects when time runs out. */
export function until(client: ChatSocketClient, isSo: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (isSo()) end(resolve);
    };
    const lookAfter = () => queueMicrotask(look);
    const deadline = setTimeout(() => {
      const { messages } = client.snapshot;
      const shown = JSON.stringify(messages.map(({ content }) => content));
      end(() => reject(new Error(`It did not come to that. ${client.explain().text} Shown: ${shown}`)));
    }, DEADLINE_MS);
    const stopListening = [
      client.subscribe(look),
      client.on('error', lookAfter),
      client.on('gap-detected', lookAfter),
      client.on('handover-finished', lookAfter),
      client.on('status-changed', lookAfter),
    ];
    function end(settle: () => void): void {
      clearTimeout(deadline);
      for (const stop of stopListening) stop();
      settle();
    }
    look();
  });
}
