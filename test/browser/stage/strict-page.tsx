/** A chat on a page that forbids everything but its own script, from the package as it is published. */

import type { ChatMessage } from 'chatsocket';
import { useChatSocket } from 'chatsocket/react';
import { indexedDbOutboxStore } from 'chatsocket/storage';
import { useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import type { StrictOutcome, StrictTask } from './strict-task.js';

// The test that opens the page writes the task.
const task = JSON.parse(decodeURIComponent(location.hash.slice(1))) as StrictTask;
let dials = 0;
const store = indexedDbOutboxStore({ databaseName: `strict-${crypto.randomUUID()}` });
const violations: string[] = [];
const exceptions: string[] = [];
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
addEventListener('error', ({ message }) => {
  exceptions.push(message);
  report('broken', []);
});

/** Connects, sends, is answered in chunks, reconnects, sends again, logs out. */
function Chat() {
  const { messages, client, send, reconnect } = useChatSocket({
    url: task.url,
    token: () => task.tokens[dials++] ?? task.tokens[1],
    conversationId: 'lobby',
    identity: 'ada',
    outbox: { store },
    reconnect: { delayFirstMs: 1, delayMaxMs: 1 },
    on: {
      error: ({ error }) => error.code === 'connection/refused' && report('refused', messages),
    },
  });
  const step = useRef(0);
  useEffect(() => {
    if (step.current === 0) {
      step.current = 1;
      send(task.says[0]);
    }
    const isAnswered = isSent(messages, task.says[0]) && messages.some(({ stream }) => stream === 'done');
    if (step.current === 1 && isAnswered) {
      step.current = 2;
      reconnect();
      send(task.says[1]);
    }
    if (step.current === 2 && isSent(messages, task.says[1]) && dials === 2) {
      step.current = 3;
      void client.logout().then(() => report('answered', messages));
    }
  }, [messages, client, send, reconnect]);
  return messages.map(({ key, content }) => <p key={key}>{content}</p>);
}

function isSent(messages: readonly ChatMessage[], text: string): boolean {
  return messages.some(({ content, delivery }) => content === text && delivery === 'sent');
}

function report(outcome: StrictOutcome['outcome'], messages: readonly ChatMessage[]): void {
  const told: StrictOutcome = {
    outcome,
    origin,
    shown: messages.map(({ content }) => content),
    kept: document.querySelectorAll('p').length,
    violations,
    exceptions,
  };
  // To whoever opened it: a sandboxed page may not know by which address.
  parent.postMessage(told, '*');
}

function breakPolicy(): void {
  try {
    new Function('');
  } catch {
    // The policy forbids it, as it must.
  }
}

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root.');
if (task.breaksPolicy === true) breakPolicy();
createRoot(root).render(<Chat />);
