// @vitest-environment jsdom
import { act, render, renderHook } from '@testing-library/react';
import { type OwnClientOptions, useChatSocket } from 'chatsocket/react';
import { Activity, StrictMode, Suspense, use } from 'react';
import { expect, test } from 'vitest';
import { scriptedStore } from '../support/scripted-store.js';
import { createBench, watchReact } from './bench.js';

watchReact();

/** Shows the status and what was said; waits for `name` as long as it has none. */
function Chat({
  options,
  name = null,
}: {
  readonly options: OwnClientOptions;
  readonly name?: Promise<string> | null;
}) {
  const { connection, messages } = useChatSocket(options);
  const words = [name === null ? 'nobody' : use(name), connection.status, ...messages.map(({ content }) => content)];
  return <p>{words.join(' ')}</p>;
}

function ChatInTab({ options, isShown }: { readonly options: OwnClientOptions; readonly isShown: boolean }) {
  return (
    <Activity mode={isShown ? 'visible' : 'hidden'}>
      <Chat options={options} />
    </Activity>
  );
}

test('UP-27 F62 a mount in StrictMode opens exactly one socket', async () => {
  const { options, transport, pageSignals, settle } = createBench();

  const { result } = renderHook(() => useChatSocket(options));
  await settle();

  expect(transport.connections).toHaveLength(1);
  expect(transport.liveCount).toBe(1);
  expect(pageSignals.listenerCount).toBe(1);
  expect(result.current.connection.status).toBe('open');
});

test('UP-27 UP-39 an unmount leaves nothing behind after the linger', async () => {
  const { options, transport, advance, settle, assertClean } = createBench();
  const { unmount } = renderHook(() => useChatSocket(options));
  await settle();

  unmount();
  await advance(999);
  const liveBefore = transport.liveCount;
  await advance(1);

  expect(liveBefore).toBe(1);
  expect(transport.liveCount).toBe(0);
  await assertClean();
});

test('UP-27 lingerMs 0 closes in the next task', async () => {
  const { options, transport, settle, assertClean } = createBench();
  const { unmount } = renderHook(() => useChatSocket({ ...options, lingerMs: 0 }));
  await settle();

  unmount();
  const liveBefore = transport.liveCount;
  await settle();

  expect(liveBefore).toBe(1);
  expect(transport.liveCount).toBe(0);
  await assertClean();
});

test('UP-27 without a clock of its own the linger is a timer of the platform', async () => {
  const { options, transport, settle } = createBench();
  const { clock: _, ...onRealTime } = options;
  const { unmount } = renderHook(() => useChatSocket({ ...onRealTime, lingerMs: 0 }));
  await settle();
  const closed = new Promise((resolve) => transport.connections[0]?.onEnd(resolve));

  unmount();

  await expect(closed).resolves.toMatchObject({ code: 1000 });
});

test('UP-27 F62 a component that comes back within the linger finds its socket open', async () => {
  const { options, transport, advance, settle } = createBench();
  const { rerender, container } = render(<ChatInTab options={options} isShown />);
  await settle();

  for (let round = 0; round < 10; round += 1) {
    rerender(<ChatInTab options={options} isShown={false} />);
    await advance(900);
    rerender(<ChatInTab options={options} isShown />);
    await advance(10);
  }

  expect(transport.connections).toHaveLength(1);
  expect(transport.connections[0]?.state).toBe('open');
  expect(container.textContent).toBe('nobody open');
});

test('UP-27 a component that was hidden for longer connects again and keeps its history', async () => {
  const { options, transport, server, advance, settle } = createBench();
  const { rerender, container } = render(<ChatInTab options={options} isShown />);
  await settle();
  await act(async () => void server.emit('before'));

  rerender(<ChatInTab options={options} isShown={false} />);
  await advance(5_000);
  const liveWhileHidden = transport.liveCount;
  rerender(<ChatInTab options={options} isShown />);
  const shownAtOnce = container.textContent;
  await settle();

  expect(liveWhileHidden).toBe(0);
  expect(shownAtOnce).toContain('before');
  expect(transport.connections).toHaveLength(2);
  expect(transport.liveCount).toBe(1);
});

test('UP-27 F63 an unmount while the token is on its way opens no socket', async () => {
  const { options, transport, advance, assertClean } = createBench();
  let signal: AbortSignal | null = null;
  const { unmount } = renderHook(() =>
    useChatSocket({
      ...options,
      token: (request) => {
        signal = request.signal;
        return new Promise<string>((resolve) => options.clock?.startTimer(() => resolve('late'), 2_000));
      },
    }),
  );
  await advance(10);

  unmount();
  await advance(10_000);

  expect(signal).toMatchObject({ aborted: true });
  expect(transport.connections).toHaveLength(0);
  await assertClean();
});

test('UP-27 F63 an unmount in the task of the mount does not even ask for a token', async () => {
  const { options, transport, advance, assertClean } = createBench();
  let tokenCount = 0;
  const token = () => {
    tokenCount += 1;
    return 'token';
  };

  const { unmount } = renderHook(() => useChatSocket({ ...options, token }));
  unmount();
  await advance(10_000);

  expect(tokenCount).toBe(0);
  expect(transport.connections).toHaveLength(0);
  await assertClean();
});

test('UP-27 F63 an unmount during the handshake leaves no socket after the linger', async () => {
  const { options, transport, advance, settle, assertClean } = createBench({ mode: 'manual' });
  const { unmount } = renderHook(() => useChatSocket(options));
  await settle();
  expect(transport.connections[0]?.state).toBe('connecting');

  unmount();
  await advance(10_000);

  expect(transport.connections).toHaveLength(1);
  await assertClean();
});

test('UP-27 a remount during the handshake leaves the socket alone', async () => {
  const { options, transport, server, advance, settle } = createBench({ mode: 'manual' });
  const { rerender, container } = render(<ChatInTab options={options} isShown />);
  await settle();

  rerender(<ChatInTab options={options} isShown={false} />);
  rerender(<ChatInTab options={options} isShown />);
  await act(async () => server.ready());
  await advance(5_000);

  expect(transport.connections).toHaveLength(1);
  expect(container.textContent).toBe('nobody open');
});

test('UP-27 renders that Suspense throws away and tries again open one socket', async () => {
  const { options, transport, settle } = createBench();
  let resolve = (_: string) => {};
  const name = new Promise<string>((settled) => {
    resolve = settled;
  });
  const { container } = await act(async () =>
    render(
      <Suspense fallback="waiting">
        <Chat options={options} name={name} />
      </Suspense>,
    ),
  );
  const before = [container.textContent, transport.connections.length];

  await act(async () => resolve('Ada'));
  await settle();

  expect(before).toEqual(['waiting', 0]);
  expect(container.textContent).toBe('Ada open');
  expect(transport.connections).toHaveLength(1);
});

test('UP-27 a component that suspends after it was shown keeps its socket', async () => {
  const { options, transport, advance, settle } = createBench();
  const never = new Promise<string>(() => {});
  const page = (isSuspended: boolean) => (
    <Suspense fallback="waiting">
      <Chat options={options} name={isSuspended ? never : null} />
    </Suspense>
  );
  const { rerender } = render(page(false));
  await settle();

  await act(async () => rerender(page(true)));
  await advance(5_000);
  await act(async () => rerender(page(false)));
  await settle();

  expect(transport.connections).toHaveLength(1);
  expect(transport.liveCount).toBe(1);
});

/** It renders for seconds, and every processor may be busy with other tests. */
const RENDERS_TIMEOUT_MS = 60_000;

test('F62 UP-39 a thousand mounts and unmounts leave no socket, timer or listener', {
  timeout: RENDERS_TIMEOUT_MS,
}, async () => {
  const { options, transport, advance, assertClean } = createBench();

  for (let round = 0; round < 1_000; round += 1) {
    const { unmount } = renderHook(() => useChatSocket(options));
    if (round % 10 === 0) await act(async () => {});
    unmount();
  }
  await advance(10_000);

  expect(transport.liveCount).toBe(0);
  await assertClean();
});

test('UP-27 a message that was sent just before the unmount still arrives', async () => {
  const { options, server, advance, settle } = createBench();
  const { result, unmount } = renderHook(() => useChatSocket(options), { wrapper: StrictMode });
  await settle();

  act(() => void result.current.send('Bye'));
  unmount();
  await advance(2_000);

  expect(server.log.map(({ content }) => content)).toEqual(['Bye']);
});

test('UP-27 a component can tidy up after its client was closed', async () => {
  const { options, advance, settle, assertClean } = createBench();
  const { result, unmount } = renderHook(() => useChatSocket(options));
  await settle();
  const { setTyping, markRead, stopStream, client } = result.current;

  unmount();
  await advance(5_000);
  setTyping(false);
  markRead();
  stopStream();
  await client.close();

  await assertClean();
});

test.each([[false], [true]])(
  'DS-11 MT-5 UP-27 a second mount shows and sends what the first one left in the store (strict: %s)',
  async (isStrict) => {
    const { options, server, clock, advance, settle } = createBench({ mode: 'manual' });
    const store = scriptedStore();
    store.clock = clock;
    const mounted = { ...options, identity: 'user-1', outbox: { store } };
    const wrapper = isStrict ? { wrapper: StrictMode } : {};
    const first = renderHook(() => useChatSocket(mounted), wrapper);
    await settle();
    act(() => void first.result.current.send('typed offline'));
    await settle();
    first.unmount();
    await advance(1_000);
    const afterUnmount = store.steps.at(-1);

    const second = renderHook(() => useChatSocket(mounted), wrapper);
    await settle();
    const shown = second.result.current.messages.map(({ content }) => content);
    server.ready();
    await advance(1_000);
    server.ack();
    await advance(1_000);

    expect(afterUnmount).toBe('close');
    expect(shown).toEqual(['typed offline']);
    expect(server.log.map(({ content }) => content)).toEqual(['typed offline']);
    expect(store.disk.size).toBe(0);
    second.unmount();
    await advance(1_000);
  },
);
