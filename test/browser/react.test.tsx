import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, onTestFinished, test } from 'vitest';
import { commands } from 'vitest/browser';
import type { TokenRequest } from '../../src/index.js';
import { type OwnClientOptions, useChatSocket } from '../../src/react/index.js';
import { Inbox } from '../contract/transport-harness.js';
import { optionsOf } from './stage/browser-chat.js';
import { Stage } from './stage/stage.js';
import { until } from './stage/until.js';
import { watchSockets } from './stage/watched-sockets.js';

const TEMPTING = '<img src="x" onerror="document.title = \'taken over\'">';

function Chat({ options }: { readonly options: OwnClientOptions }) {
  // A client that lingers would complain in the next test that its server is gone.
  const { messages, send } = useChatSocket({ ...options, lingerMs: 0 });
  return (
    <main>
      {messages.map(({ key, content, delivery }) => (
        <p key={key} data-delivery={delivery}>
          {content}
        </p>
      ))}
      <button type="button" onClick={() => send('Said in React')}>
        Say it
      </button>
    </main>
  );
}

test('UP-27 F62 chats in StrictMode over one socket, and nobody complains', async () => {
  const { stage, url } = await startChat();
  await commands.watchConsole();
  const sockets = watchSockets();
  await stage.ask('say', 'Grace', 'Said before');

  const page = show(<Chat options={optionsOf(stage, 'Ada', url)} />);
  await page.untilShown('Said before');
  page.root.querySelector('button')?.click();
  await page.untilShown('Said in React', 'sent');
  await stage.ask('say', 'Grace', 'Said after');
  await page.untilShown('Said after');

  expect(page.texts()).toEqual(['Said before', 'Said in React', 'Said after']);
  expect(sockets).toHaveLength(1);
  // That of the test before may still be closing.
  await expect.poll(() => stage.ask('connectionCount')).toBe(1);
  expect(await commands.consoleComplaints()).toEqual([]);
});

test('UP-27 F63 an unmount while the token is on its way opens no socket', async () => {
  const { stage, url } = await startChat();
  const sockets = watchSockets();
  const requests = new Inbox<{ signal: AbortSignal; answer: (token: string) => void }>('requests for a token');
  const token = ({ signal }: TokenRequest) =>
    new Promise<string>((answer) => {
      requests.push({ signal, answer });
    });

  const page = show(<Chat options={{ ...optionsOf(stage, 'Ada', url), token }} />);
  const { signal, answer } = await requests.next();
  page.unmount();
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  answer(await stage.ask('issueToken', 'Ada'));

  expect(await stage.ask('connectionCount')).toBe(0);
  expect(sockets).toEqual([]);
});

test('C9 shows markup in a message as text', async () => {
  const { stage, url } = await startChat();
  const title = document.title;
  await stage.ask('say', 'Mallory', TEMPTING);

  const page = show(<Chat options={optionsOf(stage, 'Ada', url)} />);
  await page.untilShown(TEMPTING);

  expect(page.texts()).toEqual([TEMPTING]);
  expect(page.root.querySelector('img')).toBeNull();
  expect(document.title).toBe(title);
});

test('hears what the browser itself complains of', async () => {
  const { url } = await startChat();
  await commands.watchConsole();

  const socket = new WebSocket(url, 'chatsocket.v1');
  socket.close();
  await new Promise((resolve) => socket.addEventListener('close', resolve));

  expect(await commands.consoleComplaints()).toEqual([
    expect.stringContaining('WebSocket is closed before the connection is established'),
  ]);
});

async function startChat() {
  const stage = await Stage.openForTest();
  const { url } = await stage.ask('startChat', [location.origin]);
  return { stage, url };
}

/** Without `act`: React renders when it wants to, as in an application. */
function show(element: React.ReactNode) {
  const root = document.createElement('div');
  document.body.append(root);
  const reactRoot = createRoot(root);
  const unmount = () => reactRoot.unmount();
  onTestFinished(() => {
    unmount();
    root.remove();
  });
  reactRoot.render(<StrictMode>{element}</StrictMode>);
  const rows = () => [...root.querySelectorAll('p')];
  return {
    root,
    unmount,
    texts: () => rows().map(({ textContent }) => textContent),
    untilShown: (text: string, delivery?: string) =>
      until({
        what: `${text} on the page`,
        watch: (look) => watchElement(root, look),
        isThere: () =>
          rows().some(
            (row) => row.textContent === text && (delivery === undefined || row.dataset['delivery'] === delivery),
          ),
      }),
  };
}

function watchElement(element: HTMLElement, look: () => void): () => void {
  const observer = new MutationObserver(look);
  observer.observe(element, { attributes: true, childList: true, characterData: true, subtree: true });
  return () => observer.disconnect();
}
