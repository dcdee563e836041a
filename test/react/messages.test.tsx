// @vitest-environment jsdom
import { act, render, renderHook } from '@testing-library/react';
import { type OwnClientOptions, useChatSelector, useChatSocket } from 'chatsocket/react';
import { createElement, memo, Profiler, useEffect } from 'react';
import { expect, test, vi } from 'vitest';
import type { ChatMessage, ChatSocketClient } from '../../src/index.js';
import { createBench, watchReact } from './bench.js';

watchReact();

const Row = memo(function Row({ message, onShown }: { readonly message: ChatMessage; readonly onShown: Report }) {
  useEffect(() => onShown(message.key));
  return <p>{message.content}</p>;
});

type Report = (key: string) => void;

function Rows({ options, onShown }: { readonly options: OwnClientOptions; readonly onShown: Report }) {
  const { messages, isResponding } = useChatSocket(options);
  return (
    <main data-responding={isResponding}>
      {messages.map((message) => (
        <Row key={message.key} message={message} onShown={onShown} />
      ))}
    </main>
  );
}

function LastLength({ client, onShown }: { readonly client: ChatSocketClient; readonly onShown: Report }) {
  const last = useChatSelector(
    ({ messages }) => ({ length: messages.at(-1)?.content.length ?? 0 }),
    (a, b) => a.length === b.length,
    { client },
  );
  useEffect(() => onShown('length'));
  return <p>{last.length}</p>;
}

/** Speaks before the hook listens: effects of children come first. */
function SayingAtOnce({ client }: { readonly client: ChatSocketClient }) {
  const { messages } = useChatSocket({ client });
  return (
    <>
      {messages.map(({ content }) => content)}
      <Speaker client={client} />
    </>
  );
}

function Speaker({ client }: { readonly client: ChatSocketClient }) {
  useEffect(() => void client.send('Hello'), [client]);
  return null;
}

test('UP-16 a hundred messages in one tick are all told, all kept, and few renders', async () => {
  const { options, server, advance, settle } = createBench();
  const told: string[] = [];
  let commits = 0;
  const { result } = renderHook(
    () => useChatSocket({ ...options, on: { 'message-received': ({ message }) => told.push(message.content) } }),
    { wrapper: ({ children }) => createElement(Profiler, { id: 'hook', onRender: () => (commits += 1) }, children) },
  );
  await settle();
  commits = 0;

  await act(async () => {
    for (let index = 0; index < 100; index += 1) server.emit(`message ${index}`);
  });
  await advance(50);

  const all = Array.from({ length: 100 }, (_, index) => `message ${index}`);
  expect(told).toEqual(all);
  expect(result.current.messages.map(({ content }) => content)).toEqual(all);
  expect(commits).toBeGreaterThan(0);
  expect(commits).toBeLessThanOrEqual(3);
});

test('UP-17 five thousand chunks in two seconds are at most 45 commits, and no other row renders', async () => {
  const { options, server, advance, settle } = createBench();
  const shown: string[] = [];
  const commits: string[] = [];
  const { container } = render(
    <Profiler id="page" onRender={(id) => commits.push(id)}>
      <Rows options={options} onShown={(key) => void shown.push(key)} />
    </Profiler>,
  );
  await settle();
  for (let index = 0; index < 20; index += 1) server.emit(`message ${index}`);
  await advance(1_000);
  shown.length = 0;
  commits.length = 0;

  const stream = server.startStream();
  for (let step = 0; step < 500; step += 1) {
    for (let chunk = 0; chunk < 10; chunk += 1) stream.write('token ');
    await advance(4);
  }
  await act(async () => stream.end());

  expect(container.querySelector('main')?.dataset['responding']).toBe('false');
  expect(container.querySelector('p:last-child')?.textContent).toBe('token '.repeat(5_000));
  expect(commits.length).toBeGreaterThan(30);
  expect(commits.length).toBeLessThanOrEqual(45);
  expect(new Set(shown).size).toBe(1);
});

test('UP-17 an inline selector that makes new objects does not loop, and renders only for what it selects', async () => {
  const { makeClient, server, advance, settle } = createBench();
  const client = makeClient();
  const shown: string[] = [];
  const { container } = render(<LastLength client={client} onShown={(key) => void shown.push(key)} />);
  client.connect();
  await settle();
  server.emit('12345');
  await advance(1_000);
  shown.length = 0;

  await act(async () => void server.setTyping(true));
  await advance(1_000);
  await act(async () => void server.emit('abcde'));
  await advance(1_000);
  const shownForNothing = shown.length;
  await act(async () => void server.emit('123456'));

  expect(shownForNothing).toBe(0);
  expect(shown).toHaveLength(1);
  expect(container.textContent).toBe('6');
  act(() => client.dispose());
});

test('UP-17 an inline selector without a comparison settles', async () => {
  const { makeClient, settle } = createBench();
  const client = makeClient();
  let renders = 0;

  const { rerender } = renderHook(() => {
    renders += 1;
    return useChatSelector(({ messages }) => [...messages], undefined, { client });
  });
  await settle();
  const rendersAtFirst = renders;
  rerender();
  await settle();

  expect(rendersAtFirst).toBe(2);
  expect(renders).toBe(4);
});

test('UP-17 a selector sees the newest snapshot although nothing that it selected had changed', async () => {
  const { makeClient, server, advance, settle } = createBench();
  const client = makeClient();
  const { result, rerender } = renderHook(
    ({ index }) => useChatSelector(({ messages }) => messages[index]?.content ?? null, undefined, { client }),
    { initialProps: { index: 0 } },
  );
  client.connect();
  await settle();
  for (const content of ['first', 'second']) server.emit(content);
  await advance(100);

  rerender({ index: 1 });

  expect(result.current).toBe('second');
  act(() => client.dispose());
});

test('UP-17 a selector that throws is told by the render, not by the client', async () => {
  const { makeClient, server, advance, settle } = createBench();
  const client = makeClient();
  const troubles: unknown[] = [];
  client.on('error', (trouble) => troubles.push(trouble));
  const select = (messageCount: number) => {
    if (messageCount > 0) throw new Error('A row too many.');
    return messageCount;
  };
  renderHook(() => useChatSelector(({ messages }) => select(messages.length), undefined, { client }));
  client.connect();
  await settle();

  await advance(100);
  const emitted = act(async () => void server.emit('Hello'));

  await expect(emitted).rejects.toThrow('A row too many.');
  expect(troubles).toEqual([]);
  act(() => client.dispose());
});

test('UP-16 what is said between the first render and its effects is shown', () => {
  const { makeClient } = createBench();
  const client = makeClient();

  const { container } = render(<SayingAtOnce client={client} />, { reactStrictMode: false });

  expect(container.textContent).toBe('Hello');
  act(() => client.dispose());
});

test('UP-30 a hidden page without animation frames has the whole answer as soon as its end arrives', async () => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  const { options, server, pageSignals, settle } = createBench();
  const { result } = renderHook(() => useChatSocket(options));
  await settle();
  act(() => pageSignals.hide());

  await act(async () => void server.stream('An answer of several chunks.'));

  expect(result.current.messages.at(-1)).toMatchObject({ content: 'An answer of several chunks.', stream: 'done' });
  expect(result.current.isResponding).toBe(false);
});

test('UP-48 a short loss never shows as offline', async () => {
  const { options, server, transport, advance, settle } = createBench();
  const seen: boolean[] = [];
  const { result } = renderHook(() => {
    const { connection, ...rest } = useChatSocket({ ...options, reconnect: { delayFirstMs: 500 } });
    seen.push(connection.showOffline);
    return { connection, ...rest };
  });
  await settle();

  await act(async () => server.connection.dropAbruptly());
  const statusDuring = result.current.connection.status;
  for (let passed = 0; passed < 5_000; passed += 100) await advance(100);

  expect(statusDuring).toBe('connecting');
  expect(transport.connections).toHaveLength(2);
  expect(result.current.connection.status).toBe('open');
  expect(seen).not.toContain(true);
});

test('UP-48 a longer loss shows as offline after two seconds, and not while the page is hidden', async () => {
  const { options, server, pageSignals, advance, settle } = createBench({ mode: 'manual' });
  const { result } = renderHook(() => useChatSocket(options));
  await settle();
  await act(async () => server.ready());
  await settle();
  await act(async () => server.connection.dropAbruptly());

  await advance(1_900);
  const early = result.current.connection.showOffline;
  await advance(200);
  const late = result.current.connection.showOffline;
  act(() => pageSignals.hide());
  const hidden = result.current.connection.showOffline;

  expect([early, late, hidden]).toEqual([false, true, false]);
});
