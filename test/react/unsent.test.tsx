// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react';
import { type OwnClientOptions, useChatSocket } from 'chatsocket/react';
import { expect, test } from 'vitest';
import { createBench, watchReact } from './bench.js';

watchReact();

test('UP-27 DS-11 an unmount that ends with a message in memory alone is told to the logger', async () => {
  const { options, transport, advance, settle } = createBench();
  const lines: string[] = [];
  const logger: OwnClientOptions['logger'] = (level, message) => {
    if (level === 'warn') lines.push(message);
  };
  const { result, unmount } = renderHook(() => useChatSocket({ ...options, logger }));
  await settle();
  await act(async () => transport.connections[0]?.blackhole('both'));
  await act(async () => void result.current.send('typed in a tunnel'));

  unmount();
  const linesBefore = lines.length;
  await advance(1_000);

  expect(linesBefore).toBe(0);
  expect(lines).toEqual([
    'The client was closed before 1 of its messages were confirmed. What this client has in memory alone goes out if it connects again, else never. Use indexedDbOutboxStore, or a client that outlives the component.',
  ]);
});
