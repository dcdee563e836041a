/** Both families by hand, to see what goes over the wire. What it leaves out is what chatsocket is for. */

const FRAMES_SHOWN_MAX = 200;
const conversation = `page-${crypto.randomUUID().slice(0, 8)}`;
const socketOrigin = location.origin.replace('http', 'ws');

const login = document.querySelector('#login');
const [streaming, thread] = ['#streaming', '#thread'].map((id) => panel(document.querySelector(id)));

login.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { user, password } = Object.fromEntries(new FormData(login));
  const [first, second] = [
    await post('/api/v1/auth/login/', { email: user, password }),
    await post('/api/token/', { username: user, password }),
  ];
  login.querySelector('output').textContent = first.ok && second.ok ? 'Logged in.' : 'That is not the password.';
  if (!first.ok || !second.ok) return;
  const { access } = await second.json();
  await openStreaming();
  openThread(access);
});

/** A token opens one socket: a page that dials again asks for another one. */
async function openStreaming() {
  const answer = await post('/api/v1/auth/ws-connection-token/', {}, { 'X-CSRFToken': cookie('csrftoken') });
  const { connection_token: token } = await answer.json();
  const socket = dial(streaming, `/ws/chat/${conversation}/?connection_token=${token}`, (frame) => {
    if (frame.event === 'connected') streaming.ready();
    // A worker that failed begins again.
    if (frame.event === 'processing_started') streaming.answer.textContent = '';
    if (frame.event === 'chunk') streaming.answer.textContent += frame.chunk;
  });
  streaming.onMessage((message) => say(streaming, socket, { message }));
}

function openThread(access) {
  let threadId = null;
  thread.ready();
  thread.onMessage(async (message) => {
    const body = { message, client_msg_id: crypto.randomUUID(), ...(threadId === null ? {} : { thread_id: threadId }) };
    const answer = await post('/api/chat/', body);
    thread.show(`POST ${JSON.stringify(body)} → ${answer.status}`, 'sent');
    const receipt = await answer.json();
    if (threadId !== null || !answer.ok) return;
    threadId = receipt.thread_id;
    const path = `/ws/chat/${threadId}/?token=${access}&cid=${crypto.randomUUID()}`;
    const socket = dial(thread, path, (frame) => {
      if (frame.type !== 'chat_message') return;
      thread.answer.textContent = frame.payload.text;
      say(thread, socket, { type: 'message_ack', message_id: frame.meta.queued_message_id });
    });
  });
}

function dial(target, path, hear) {
  const socket = new WebSocket(socketOrigin + path);
  socket.addEventListener('message', ({ data }) => {
    target.show(data, 'heard');
    hear(JSON.parse(data));
  });
  socket.addEventListener('close', ({ code }) => target.show(`closed with ${code}; load the page again`, 'heard'));
  return socket;
}

function say(target, socket, frame) {
  target.show(JSON.stringify(frame), 'sent');
  socket.send(JSON.stringify(frame));
}

function post(path, body, headers = {}) {
  return fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

function cookie(name) {
  const pair = document.cookie.split('; ').find((one) => one.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) ?? '';
}

function panel(section) {
  const [form, list, button] = ['form', 'ol', 'button'].map((name) => section.querySelector(name));
  let take = () => {};
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    take(form.message.value);
  });
  return {
    answer: section.querySelector('.answer'),
    ready: () => {
      button.disabled = false;
    },
    onMessage: (listener) => {
      take = listener;
    },
    show: (text, way) => {
      const line = document.createElement('li');
      line.className = way;
      line.textContent = text;
      list.append(line);
      while (list.children.length > FRAMES_SHOWN_MAX) list.firstChild.remove();
      line.scrollIntoView({ block: 'nearest' });
    },
  };
}
