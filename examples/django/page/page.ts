/** Both chats of this backend, each with a client of chatsocket. */
import { ChatSocketClient, connectionTokenProvider, refreshTokenProvider } from 'chatsocket';
import { streamingProtocol, threadProtocol } from 'chatsocket/protocols';
import { indexedDbOutboxStore } from 'chatsocket/storage';
import { webSocketTransport } from 'chatsocket/transports';
import { Panel, part } from './panel.js';
import { watchedSocket } from './watched-socket.js';

const socketOrigin = location.origin.replace('http', 'ws');
/** A server on this machine is soon back, or somebody looks into its code first. */
const RECONNECT = { delayFirstMs: 200, delayMaxMs: 2_000, attemptsMax: Infinity, dialsPerMinuteMax: 60 };
/** What the page remembers beyond a reload: who is logged in, and where their thread is. */
const USER_KEY = 'user';
const THREAD_KEY = 'thread';
const user = localStorage.getItem(USER_KEY);

// The page's own HTML has this form.
const login = part(document, '#login') as HTMLFormElement;

login.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { username, password } = Object.fromEntries(new FormData(login));
  const answers = [
    await post('/api/v1/auth/login/', { email: username, password }),
    await post('/api/token/', { username, password }),
  ];
  const refusal = answers.find(({ ok }) => !ok);
  if (refusal !== undefined) {
    part(login, 'output').textContent = refusal.status === 401 ? 'That is not the password.' : 'The server is away.';
    return;
  }
  if (user !== username) localStorage.removeItem(THREAD_KEY);
  localStorage.setItem(USER_KEY, String(username));
  location.reload();
});

if (user !== null) {
  startStreaming(new Panel('streaming'), user);
  startThread(new Panel('thread'), user);
}

function startStreaming(panel: Panel, identity: string): void {
  const client = new ChatSocketClient({
    url: `${socketOrigin}/ws/chat/page/`,
    conversationId: 'page',
    token: connectionTokenProvider({
      endpoint: '/api/v1/auth/ws-connection-token/',
      refresh: async (signal) => (await fetch('/api/v1/auth/token/refresh/', { method: 'POST', signal })).ok,
    }),
    protocol: streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` }),
    ...sharedOptions(panel, identity),
  });
  client.connect();
  panel.show(client);
  panel.enable((text) => client.send(text));
}

/** A thread begins with the first message that is posted; its client is made for it. */
function startThread(panel: Panel, identity: string): void {
  const threadId = localStorage.getItem(THREAD_KEY);
  if (threadId !== null) {
    openThread(panel, identity, threadId);
    return;
  }
  panel.enable(async (text) => {
    const answer = await post('/api/chat/', { message: text, client_msg_id: crypto.randomUUID() });
    if (!answer.ok) {
      panel.showFrame('error', `The thread could not be opened: ${answer.status}`);
      return;
    }
    const { thread_id: newId } = await answer.json();
    localStorage.setItem(THREAD_KEY, newId);
    openThread(panel, identity, newId);
  });
}

function openThread(panel: Panel, identity: string, threadId: string): void {
  const client = new ChatSocketClient({
    url: `${socketOrigin}/ws/chat/${threadId}/`,
    conversationId: threadId,
    token: refreshTokenProvider({ endpoint: '/api/token/refresh/' }),
    protocol: threadProtocol({ postEndpoint: '/api/chat/' }),
    ...sharedOptions(panel, identity),
  });
  client.connect();
  panel.show(client);
  panel.enable((text) => client.send(text));
}

function sharedOptions(panel: Panel, identity: string) {
  return {
    // Messages that are not sent yet outlive the page, for this user.
    identity,
    outbox: { store: indexedDbOutboxStore() },
    transport: webSocketTransport({
      create: (url, subprotocols) => watchedSocket(url, subprotocols, panel.showFrame),
    }),
    reconnect: RECONNECT,
  };
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    // A server that is away is an answer too, with status 0.
  }).catch(() => Response.error());
}
