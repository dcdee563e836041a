/** Both chats of this backend, each with a client of chatsocket. */
import { ChatSocketClient, connectionTokenProvider, refreshTokenProvider } from 'chatsocket';
import { streamingProtocol, threadProtocol } from 'chatsocket/protocols';
import { webSocketTransport } from 'chatsocket/transports';
import { Panel, part } from './panel.js';
import { type FrameListener, watchedSocket } from './watched-socket.js';

const socketOrigin = location.origin.replace('http', 'ws');
/** A server on this machine is soon back, or somebody looks into its code first. */
const RECONNECT = { delayFirstMs: 200, delayMaxMs: 2_000, attemptsMax: Infinity, dialsPerMinuteMax: 60 };
const THREAD_KEY = 'thread';

// The page's own HTML has this form.
const login = part(document, '#login') as HTMLFormElement;

login.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { user, password } = Object.fromEntries(new FormData(login));
  const answers = [
    await post('/api/v1/auth/login/', { email: user, password }),
    await post('/api/token/', { username: user, password }),
  ];
  const isIn = answers.every(({ ok }) => ok);
  if (!isIn) {
    part(login, 'output').textContent = 'That is not the password.';
    return;
  }
  // Another user may have been here before.
  sessionStorage.removeItem(THREAD_KEY);
  location.reload();
});

// Somebody is logged in, or was.
if (document.cookie.includes('csrftoken=')) {
  startStreaming(new Panel('streaming'));
  startThread(new Panel('thread'));
}

function startStreaming(panel: Panel): void {
  const client = new ChatSocketClient({
    url: `${socketOrigin}/ws/chat/page/`,
    conversationId: 'page',
    token: connectionTokenProvider({
      endpoint: '/api/v1/auth/ws-connection-token/',
      refresh: async (signal) => (await fetch('/api/v1/auth/token/refresh/', { method: 'POST', signal })).ok,
    }),
    protocol: streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` }),
    transport: watched(panel.showFrame),
    reconnect: RECONNECT,
  });
  client.connect();
  panel.show(client);
  panel.enable((text) => client.send(text));
}

/** A thread begins with the first message that is posted; its client is made for it. */
function startThread(panel: Panel): void {
  const threadId = sessionStorage.getItem(THREAD_KEY);
  if (threadId !== null) {
    openThread(panel, threadId);
    return;
  }
  panel.enable(async (text) => {
    const answer = await post('/api/chat/', { message: text, client_msg_id: crypto.randomUUID() });
    if (!answer.ok) return;
    const { thread_id: newId } = await answer.json();
    sessionStorage.setItem(THREAD_KEY, newId);
    openThread(panel, newId);
  });
}

function openThread(panel: Panel, threadId: string): void {
  const client = new ChatSocketClient({
    url: `${socketOrigin}/ws/chat/${threadId}/`,
    conversationId: threadId,
    token: refreshTokenProvider({ endpoint: '/api/token/refresh/' }),
    protocol: threadProtocol({ postEndpoint: '/api/chat/' }),
    transport: watched(panel.showFrame),
    reconnect: RECONNECT,
  });
  client.connect();
  panel.show(client);
  panel.enable((text) => client.send(text));
}

function watched(tell: FrameListener) {
  return webSocketTransport({ create: (url, subprotocols) => watchedSocket(url, subprotocols, tell) });
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}
