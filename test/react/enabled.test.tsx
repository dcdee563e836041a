// @vitest-environment jsdom
import { act, render, renderHook } from '@testing-library/react';
import { ChatSocketProvider, type OwnClientOptions, useChatSelector, useChatSocket } from 'chatsocket/react';
import { expect, test } from 'vitest';
import { type Bench, createBench, watchReact } from './bench.js';

watchReact();

function renderWith(initialProps: OwnClientOptions) {
  return renderHook((props: OwnClientOptions) => useChatSocket(props), { initialProps });
}

function Status() {
  return <p>{useChatSelector(({ connection }) => connection.status)}</p>;
}

/** The most sockets at any one time, from now on. */
function mostLive({ transport }: Bench): () => number {
  let most = transport.liveCount;
  transport.onConnection(() => {
    most = Math.max(most, transport.liveCount);
  });
  return () => most;
}

test('UP-27 a component that is not enabled asks for no token and dials nothing, until it is', async () => {
  const { options, transport, advance, settle, assertClean } = createBench();
  let tokenCount = 0;
  const token = () => {
    tokenCount += 1;
    return 'token';
  };
  const { result, rerender, unmount } = renderWith({ ...options, token, enabled: false });
  await advance(60_000);
  const before = [tokenCount, transport.connections.length, result.current.connection];

  rerender({ ...options, token, enabled: true });
  await settle();

  expect(before).toEqual([0, 0, { status: 'closed', reason: 'initial', cause: null, showOffline: false }]);
  expect([tokenCount, transport.connections.length]).toEqual([1, 1]);
  expect(result.current.connection.status).toBe('open');
  unmount();
  await advance(1_000);
  await assertClean();
});

test('UP-27 a connection that is not wanted any more is closed at once, and what is sent meanwhile goes out later', async () => {
  const { options, transport, server, settle } = createBench();
  const { result, rerender } = renderWith(options);
  await settle();
  await act(async () => void server.emit('before'));

  rerender({ ...options, enabled: false });
  await settle();
  const liveWhileOff = transport.liveCount;
  await act(async () => void result.current.send('typed while signed out'));
  const shownWhileOff = result.current.messages.map(({ content, delivery }) => [content, delivery]);
  const statusWhileOff = result.current.connection.status;
  rerender({ ...options, enabled: true });
  await settle();

  expect([liveWhileOff, statusWhileOff]).toEqual([0, 'closed']);
  expect(shownWhileOff).toEqual([
    ['before', null],
    ['typed while signed out', 'queued'],
  ]);
  expect(server.log.map(({ content }) => content)).toEqual(['before', 'typed while signed out']);
  expect(transport.liveCount).toBe(1);
});

test.each([
  ['in one task', 0],
  ['with a pause in which a socket opens', 5],
])('UP-27 F62 fast toggling %s never has two sockets, and ends as it was asked to', async (_when, pauseMs) => {
  const bench = createBench();
  const { options, transport, advance, settle, assertClean } = bench;
  const most = mostLive(bench);
  const { result, rerender, unmount } = renderWith(options);

  for (let round = 0; round < 20; round += 1) {
    rerender({ ...options, enabled: false });
    if (pauseMs > 0) await advance(pauseMs);
    rerender({ ...options, enabled: true });
    if (pauseMs > 0) await advance(pauseMs);
  }
  await settle();
  const statusAtTheEnd = result.current.connection.status;
  rerender({ ...options, enabled: false });
  await settle();

  expect(statusAtTheEnd).toBe('open');
  expect(most()).toBe(1);
  expect(transport.liveCount).toBe(0);
  unmount();
  await advance(1_000);
  await assertClean();
});

test('UP-27 an unmount while it is not enabled leaves nothing behind, though the user had tried to reconnect', async () => {
  const { options, transport, advance, settle, assertClean } = createBench();
  const { result, unmount } = renderWith({ ...options, enabled: false });
  await settle();
  act(() => result.current.reconnect());
  await settle();
  const liveBefore = transport.liveCount;

  unmount();
  await advance(1_000);

  expect(liveBefore).toBe(1);
  await assertClean();
});

test('UP-27 who signs out and is another one then has no connection of before', async () => {
  const { options, transport, settle } = createBench();
  const { rerender } = renderWith({ ...options, identity: 'user-7' });
  await settle();

  rerender({ ...options, enabled: false });
  await settle();

  expect(transport.connections).toHaveLength(1);
  expect(transport.liveCount).toBe(0);
});

test('UP-27 a conversation that is known only later is joined over one socket', async () => {
  const { options, transport, server, settle } = createBench();
  const { conversationId = '', ...nowhere } = options;
  const { result, rerender } = renderWith({ ...nowhere, enabled: false });
  await settle();

  rerender({ ...nowhere, conversationId, enabled: true });
  await settle();
  await act(async () => void result.current.send('Hello'));
  await settle();

  expect(transport.connections).toHaveLength(1);
  expect(server.log.map(({ content }) => content)).toEqual(['Hello']);
});

test('UP-27 a provider waits as well', async () => {
  const { options, transport, settle } = createBench();
  const page = (enabled: boolean) => (
    <ChatSocketProvider {...options} enabled={enabled}>
      <Status />
    </ChatSocketProvider>
  );
  const { container, rerender } = render(page(false));
  await settle();
  const before = [container.textContent, transport.connections.length];

  rerender(page(true));
  await settle();

  expect(before).toEqual(['closed', 0]);
  expect([container.textContent, transport.connections.length]).toEqual(['open', 1]);
});

test('UP-49 what is neither true nor false is refused, in a later render too', async () => {
  const { options, settle } = createBench();
  // A user's name, handed in by JavaScript where its presence was meant.
  const wrong = { ...options, enabled: 'Ada' as unknown as boolean };
  const { rerender } = renderWith(options);
  await settle();

  expect(() => renderWith(wrong)).toThrow('Cannot use the option enabled: it is no boolean.');
  expect(() => rerender(wrong)).toThrow('Cannot use the option enabled');
});
