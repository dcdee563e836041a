// @vitest-environment jsdom
import { act, render } from '@testing-library/react';
import { ChatSocketProvider, type UseChatSocketOptions, useChatSocket } from 'chatsocket/react';
import { expect, test, vi } from 'vitest';
import { createBench, watchReact } from './bench.js';

interface Family {
  readonly current: unknown;
}

/** The part of React's development build that a bundler's Fast Refresh talks to. */
interface Renderer {
  setRefreshHandler(resolve: ((type: unknown) => Family | undefined) | null): void;
  scheduleRefresh(root: unknown, update: { updatedFamilies: Set<Family>; staleFamilies: Set<Family> }): void;
}

const refresh = vi.hoisted(() => {
  const found: { renderer: unknown; root: unknown } = { renderer: null, root: null };
  // React looks for this once, when it is loaded.
  Reflect.set(globalThis, '__REACT_DEVTOOLS_GLOBAL_HOOK__', {
    supportsFiber: true,
    inject: (renderer: unknown) => {
      found.renderer = renderer;
      return 1;
    },
    onCommitFiberRoot: (_id: number, root: unknown) => {
      found.root = root;
    },
    onCommitFiberUnmount: () => {},
  });
  return found;
});

watchReact();

function Chat({ options }: { readonly options?: UseChatSocketOptions }) {
  const { messages, connection } = useChatSocket(options);
  return <p>{['before', connection.status, ...messages.map(({ content }) => content)].join(' ')}</p>;
}

function EditedChat({ options }: { readonly options?: UseChatSocketOptions }) {
  const { messages, connection } = useChatSocket(options);
  return <p>{['after', connection.status, ...messages.map(({ content }) => content)].join(' ')}</p>;
}

/** Puts one component in the place of another, as an edit does. */
function edit(from: unknown, to: unknown): void {
  // This file's own hook received it; React's development build has these two functions.
  const renderer = refresh.renderer as Renderer;
  const family = { current: to };
  renderer.setRefreshHandler((type) => (type === from || type === to ? family : undefined));
  renderer.scheduleRefresh(refresh.root, { updatedFamilies: new Set([family]), staleFamilies: new Set() });
}

test('UP-27 F62 an edit of a component keeps its socket and what it shows', async () => {
  const { options, transport, server, advance, settle } = createBench();
  const { container } = render(<Chat options={options} />);
  await settle();
  server.emit('Hello');
  await advance(100);

  act(() => edit(Chat, EditedChat));
  const textAtOnce = container.textContent;
  await advance(10_000);
  server.emit('again');
  await advance(100);

  expect(textAtOnce).toBe('after open Hello');
  expect(container.textContent).toBe('after open Hello again');
  expect(transport.connections).toHaveLength(1);
  expect(transport.liveCount).toBe(1);
});

test('UP-27 F62 an edit of a provider and of what is below keeps the socket', async () => {
  const { options, transport, advance, settle } = createBench();
  const { container } = render(
    <ChatSocketProvider {...options}>
      <Chat />
    </ChatSocketProvider>,
  );
  await settle();

  act(() => edit(ChatSocketProvider, ChatSocketProvider));
  act(() => edit(Chat, EditedChat));
  await advance(10_000);

  expect(container.textContent).toBe('after open');
  expect(transport.connections).toHaveLength(1);
  expect(transport.liveCount).toBe(1);
});
