import { expect, test } from 'vitest';

/** What a subpath gives at run time; types are held by test/types. */
async function namesOf(load: () => Promise<object>): Promise<string[]> {
  return Object.keys(await load()).sort();
}

test('chatsocket exports the client, its errors and what its options take', async () => {
  const names = await namesOf(() => import('chatsocket'));

  expect(names).toMatchInlineSnapshot(`
    [
      "ChatSocketClient",
      "ChatSocketError",
      "StopConnecting",
      "connectionTokenProvider",
      "consoleLogger",
      "isChatSocketError",
      "refreshTokenProvider",
    ]
  `);
});

test('chatsocket/protocols exports the protocols and what it takes to write one', async () => {
  const names = await namesOf(() => import('chatsocket/protocols'));

  expect(names).toMatchInlineSnapshot(`
    [
      "defineProtocol",
      "envelopeProtocol",
      "streamingProtocol",
      "threadProtocol",
    ]
  `);
});

test('chatsocket/schemas exports the schema of every frame', async () => {
  const names = await namesOf(() => import('chatsocket/schemas'));

  expect(names).toMatchInlineSnapshot(`
    [
      "envelopeClientFrameSchema",
      "envelopeMessageSchema",
      "envelopeServerFrameSchema",
      "streamingClientFrameSchema",
      "streamingServerFrameSchema",
      "streamingStoredMessageSchema",
      "threadClientFrameSchema",
      "threadPostedMessageSchema",
      "threadServerFrameSchema",
    ]
  `);
});

test('chatsocket/transports exports the ways to reach a server', async () => {
  const names = await namesOf(() => import('chatsocket/transports'));

  expect(names).toMatchInlineSnapshot(`
    [
      "webSocketTransport",
    ]
  `);
});

test('chatsocket/storage exports the places where an outbox can be kept', async () => {
  const names = await namesOf(() => import('chatsocket/storage'));

  expect(names).toMatchInlineSnapshot(`
    [
      "indexedDbOutboxStore",
      "memoryOutboxStore",
    ]
  `);
});

test('chatsocket/testing exports the test kit', async () => {
  const names = await namesOf(() => import('chatsocket/testing'));

  expect(names).toMatchInlineSnapshot(`
    [
      "ConformanceSetupError",
      "assertClean",
      "conformance",
      "conformanceChecks",
      "countingIds",
      "createTestClient",
      "expectDials",
      "expectNotSent",
      "expectSent",
      "expectSentTypes",
      "manualClock",
      "mockPageSignals",
      "mockServer",
      "mockTabChannels",
      "mockTransport",
      "seededRandom",
      "settle",
      "webSocketConnect",
    ]
  `);
});

test('chatsocket/react exports the hooks and the provider', async () => {
  const names = await namesOf(() => import('chatsocket/react'));

  expect(names).toMatchInlineSnapshot(`
    [
      "ChatSocketProvider",
      "useChatSelector",
      "useChatSocket",
      "useChatSocketClient",
    ]
  `);
});
