/** A chat on a page that forbids everything but its own script. */
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { useChatSocket } from '../../../src/react/use-chat-socket.js';
import type { StrictOutcome, StrictTask } from './strict-task.js';

// The test that opens the page writes the task.
const task = JSON.parse(decodeURIComponent(location.hash.slice(1))) as StrictTask;
const violations: string[] = [];
const exceptions: string[] = [];
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
addEventListener('error', ({ message }) => {
  exceptions.push(message);
  report('broken');
});

function Chat() {
  const { messages, send } = useChatSocket({
    url: task.url,
    token: () => task.token,
    conversationId: 'lobby',
    reconnect: { delayFirstMs: 1, delayMaxMs: 1 },
    on: {
      opened: () => send(task.says),
      error: ({ error }) => error.code === 'connection/refused' && report('refused'),
    },
  });
  const isAnswered = messages.some(({ content, delivery }) => content === task.says && delivery === 'sent');
  useEffect(() => {
    if (isAnswered) report('answered');
  }, [isAnswered]);
  return messages.map(({ key, content }) => <p key={key}>{content}</p>);
}

function report(outcome: StrictOutcome['outcome']): void {
  const shown = [...document.querySelectorAll('p')].map(({ textContent }) => textContent);
  const told: StrictOutcome = { outcome, origin, shown, violations, exceptions };
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
