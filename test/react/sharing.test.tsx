// @vitest-environment jsdom
import { act, render, renderHook } from '@testing-library/react';
import { ChatSocketProvider, useChatSelector, useChatSocket, useChatSocketClient } from 'chatsocket/react';
import { createElement, type ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import { seededRandom } from '../../src/testing/index.js';
import { createBench, ROOM, watchReact } from './bench.js';

watchReact();

function Viewer({ client }: { readonly client: ChatSocketClient }) {
  return <p>{useChatSocket({ client }).messages.length}</p>;
}

function Viewers({ client, shown }: { readonly client: ChatSocketClient; readonly shown: readonly number[] }) {
  return shown.map((number) => <Viewer key={number} client={client} />);
}

function Provided({ conversationId }: { readonly conversationId?: string }) {
  const { messages } = useChatSocket(conversationId === undefined ? {} : { conversationId });
  return <p>{messages.map(({ content }) => content).join()}</p>;
}

function Status() {
  return <p>{useChatSelector(({ connection }) => connection.status)}</p>;
}

/** Tells what each of its renders found. */
function Witness({ onRender }: { readonly onRender: (text: string) => void }) {
  onRender(useChatSelector(({ messages }) => messages.map(({ content }) => content).join()));
  return null;
}

/** Counts who listens to a client. */
function countSubscriptions(client: ChatSocketClient) {
  const subscribe = client.subscribe.bind(client);
  let count = 0;
  vi.spyOn(client, 'subscribe').mockImplementation((listener) => {
    const stop = subscribe(listener);
    count += 1;
    return () => {
      count -= 1;
      stop();
    };
  });
  return () => count;
}

test('UP-50 ten hooks on one client are one socket and one ping an interval', async () => {
  const { makeClient, transport, server, advance, settle } = createBench();
  const client = makeClient({ heartbeat: { intervalMs: 10_000 } });
  client.connect();
  await settle();

  const { container } = render(<Viewers client={client} shown={[...Array(10).keys()]} />);
  server.emit('Hello');
  await advance(30_500);

  expect(container.textContent).toBe('1'.repeat(10));
  expect(transport.connections).toHaveLength(1);
  expect(server.connection.received.filter((text) => text.includes('"ping"'))).toHaveLength(3);
  act(() => client.dispose());
});

test.each([1, 2, 3])('UP-50 UP-39 hooks that come and go at random leave the right count (seed %i)', async (seed) => {
  const { makeClient, transport, settle, assertClean } = createBench();
  const client = makeClient();
  const subscriptionCount = countSubscriptions(client);
  client.connect();
  await settle();
  const roll = seededRandom(seed);
  const { rerender, unmount } = render(<Viewers client={client} shown={[]} />);

  for (let round = 0; round < 200; round += 1) {
    const shown = [...Array(10).keys()].filter(() => roll() < 0.5);
    rerender(<Viewers client={client} shown={shown} />);
    expect(subscriptionCount()).toBe(shown.length);
  }
  unmount();

  expect(subscriptionCount()).toBe(0);
  expect(transport.connections).toHaveLength(1);
  expect(transport.liveCount).toBe(1);
  await act(() => client.close());
  await assertClean();
});

test('UP-50 a given client is neither connected nor closed', async () => {
  const { makeClient, transport, advance } = createBench();
  const idle = makeClient();
  const busy = makeClient();
  busy.connect();

  const views = [idle, busy].map((client) =>
    render(
      <ChatSocketProvider client={client}>
        <Status />
      </ChatSocketProvider>,
    ),
  );
  await advance(100);
  const texts = views.map(({ container }) => container.textContent);
  for (const { unmount } of views) unmount();
  await advance(10_000);

  expect(texts).toEqual(['closed', 'open']);
  expect(transport.liveCount).toBe(1);
  busy.dispose();
});

test('UP-50 a provider with options connects once for all below, whichever of them come and go', async () => {
  const { options, transport, server, advance, settle, assertClean } = createBench();
  const page = (children: ReactNode) => <ChatSocketProvider {...options}>{children}</ChatSocketProvider>;
  const { rerender, container, unmount } = render(page([<Provided key="1" />, <Status key="2" />]));
  await settle();
  server.emit('Hello');
  await advance(100);
  const texts = [container.textContent];

  rerender(page(null));
  await advance(10_000);
  rerender(page(<Provided />));
  texts.push(container.textContent);

  expect(texts).toEqual(['Helloopen', 'Hello']);
  expect(transport.connections).toHaveLength(1);
  unmount();
  await advance(10_000);
  await assertClean();
});

test('UP-50 hooks below a provider show its conversation, or another one over the same socket', async () => {
  const { makeClient, transport, server, advance, settle } = createBench();
  const client = makeClient();
  client.connect();
  const { container } = render(
    <ChatSocketProvider client={client} conversationId="red">
      <Provided />
      <Provided conversationId="blue" />
      <Provided conversationId={ROOM} />
    </ChatSocketProvider>,
  );
  await settle();

  for (const conversationId of ['red', 'blue', ROOM]) server.emit(conversationId, { conversationId });
  await advance(100);

  expect([...container.querySelectorAll('p')].map((paragraph) => paragraph.textContent)).toEqual(['red', 'blue', ROOM]);
  expect(transport.connections).toHaveLength(1);
  act(() => client.dispose());
});

test('UP-50 a conversation that another hook has joined is there in the first render', async () => {
  const { makeClient, server, advance, settle } = createBench();
  const client = makeClient();
  client.connect();
  const page = (children: ReactNode) => (
    <ChatSocketProvider client={client} conversationId="red">
      {children}
    </ChatSocketProvider>
  );
  const { rerender } = render(page(<Provided />));
  await settle();
  server.emit('Hello', { conversationId: 'red' });
  await advance(100);
  const rendered: string[] = [];

  rerender(page([<Provided key="1" />, <Witness key="2" onRender={(text) => rendered.push(text)} />]));

  expect(new Set(rendered)).toEqual(new Set(['Hello']));
  act(() => client.dispose());
});

test('UP-50 events are those of the conversation on show', async () => {
  const { makeClient, server, advance, settle } = createBench();
  const client = makeClient();
  const told: string[] = [];
  client.connect();
  renderHook(() =>
    useChatSocket({
      client,
      conversationId: 'red',
      on: { 'message-received': ({ message }) => told.push(message.content), opened: () => told.push('opened') },
    }),
  );
  await settle();

  for (const conversationId of ['red', 'blue', ROOM]) server.emit(conversationId, { conversationId });
  await advance(100);

  expect(told).toEqual(['opened', 'red']);
  act(() => client.dispose());
});

test('UP-50 useChatSocketClient gives the client and does not render for its changes', async () => {
  const { makeClient, advance } = createBench();
  const client = makeClient();
  let renders = 0;
  const { result } = renderHook(
    () => {
      renders += 1;
      return useChatSocketClient();
    },
    { wrapper: ({ children }) => createElement(ChatSocketProvider, { client }, children), reactStrictMode: false },
  );

  client.connect();
  await advance(1_000);

  expect(result.current).toBe(client);
  expect(renders).toBe(1);
  client.dispose();
});

test('UP-50 actions keep their identity, and the result too while nothing changes', async () => {
  const { options, server, advance, settle } = createBench();
  const { result, rerender } = renderHook(() => useChatSocket({ ...options }));
  await settle();
  const before = result.current;

  rerender();
  const unchanged = result.current;
  server.emit('Hello');
  await advance(100);
  const { messages: _, ...after } = result.current;

  expect(unchanged).toBe(before);
  expect(after.send).toBe(before.send);
  expect(Object.entries(after).filter(([name, value]) => Reflect.get(before, name) !== value)).toEqual([]);
});

test('UP-50 every action acts on the conversation on show', async () => {
  const { makeClient, server, advance, settle } = createBench();
  const client = makeClient();
  client.connect();
  const { result } = renderHook(() => useChatSocket({ client, conversationId: 'red' }));
  await settle();
  const { loadOlder, markRead, reconnect, send, setTyping, stopStream } = result.current;
  server.emit('Hello', { conversationId: 'red' });
  server.startStream({ conversationId: 'red' });
  await advance(100);

  act(() => {
    send('Hi');
    setTyping(true);
    markRead();
    stopStream();
  });
  await advance(2_000);
  const page = await loadOlder();
  const frames = server.connection.received.map((text) => JSON.parse(text) as { type: string });
  act(() => reconnect());
  await advance(2_000);

  const told = frames
    .filter(({ type }) => /message|typing|read|cancel/.test(type))
    .map((frame) => JSON.stringify(frame));
  expect(told).toHaveLength(4);
  expect(told.filter((frame) => frame.includes(ROOM))).toEqual([]);
  expect(page).toEqual({ messages: [], hasOlder: false });
  expect(server.connection.number).toBe(2);
  act(() => client.dispose());
});

test('UP-50 a client that was disposed shows what it showed last', async () => {
  const { makeClient, settle } = createBench();
  const client = makeClient();
  client.connect();
  const { result, rerender } = renderHook(({ conversationId }) => useChatSocket({ client, conversationId }), {
    initialProps: { conversationId: 'red' },
  });
  await settle();

  act(() => client.dispose());
  rerender({ conversationId: 'blue' });

  expect(result.current.connection).toMatchObject({ status: 'closed', reason: 'disposed' });
  expect(() => result.current.send('Hello')).toThrow('it was disposed');
});

test.each([
  ['useChatSocket', () => useChatSocket()],
  ['useChatSelector', () => useChatSelector(({ messages }) => messages)],
  ['useChatSocketClient', () => useChatSocketClient()],
])('UP-50 %s without a client says what is missing', (_name, useHook) => {
  expect(() => renderHook<unknown, unknown>(useHook)).toThrow(
    'Cannot find a client: render a ChatSocketProvider above, or pass url or client.',
  );
});
