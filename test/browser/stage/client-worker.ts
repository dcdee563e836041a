/** A worker in which a client chats; it does what its page asks and tells how that went. */
import { ChatSocketClient } from '../../../src/index.js';
import { indexedDbOutboxStore } from '../../../src/storage/index.js';
import type { WorkerQuestion, WorkerReport } from './worker-task.js';

/** What a dedicated worker and the port of a shared one have in common. */
interface Port {
  postMessage(report: WorkerReport): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

if ('onconnect' in globalThis) {
  addEventListener('connect', (event) => {
    // Whoever connects to a shared worker brings one port.
    const [port] = (event as MessageEvent).ports;
    if (port !== undefined) serve(port);
  });
} else {
  // The scope of a dedicated worker is its port; the types at hand are those of a window.
  serve(globalThis as unknown as Port);
}

function serve(port: Port): void {
  let client: ChatSocketClient | null = null;
  let dials = 0;
  port.onmessage = ({ data }) => {
    // The page of the test is the only one that asks.
    const question = data as WorkerQuestion;
    switch (question.type) {
      case 'start':
        client = new ChatSocketClient({
          url: question.url,
          token: () => question.tokens[dials++] ?? null,
          conversationId: 'lobby',
          identity: 'ada',
          outbox: { store: indexedDbOutboxStore({ databaseName: question.databaseName }) },
          reconnect: { delayFirstMs: 1, delayMaxMs: 1 },
        });
        client.subscribe(report);
        client.on('status-changed', report);
        client.connect();
        return;
      case 'send':
        void client?.send(question.content);
        return;
      case 'logout':
        void client?.logout().then(report);
    }
  };

  function report(): void {
    if (client === null) return;
    const { connection, messages } = client.snapshot;
    port.postMessage({
      hasDocument: 'document' in globalThis,
      status: connection.status,
      dials,
      shown: messages.map(({ content, delivery }) => ({ content, delivery })),
    });
  }
}
