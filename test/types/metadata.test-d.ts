import type { ChatMessage, ChatSnapshot, Conversation, OlderPage } from 'chatsocket';
import { ChatSocketClient } from 'chatsocket';
import { ChatSocketProvider, useChatSelector, useChatSocket, useChatSocketClient } from 'chatsocket/react';
import { createTestClient } from 'chatsocket/testing';
import { describe, expectTypeOf, test } from 'vitest';

interface Mood {
  readonly mood: 'glad' | 'sad';
}

const url = 'wss://chat.example.com/ws';
declare const plain: ChatSocketClient;
declare const moody: ChatSocketClient<Mood>;

describe('the metadata of a client', () => {
  test('is unknown where nobody says what it is', () => {
    expectTypeOf(plain).toEqualTypeOf<ChatSocketClient<unknown>>();
    expectTypeOf(plain.snapshot.messages).items.toHaveProperty('metadata').toBeUnknown();
    plain.send('Hello', { metadata: ['anything'] });
  });

  test('is what its type argument says, wherever a message is', () => {
    expectTypeOf(new ChatSocketClient<Mood>({ url })).toEqualTypeOf<ChatSocketClient<Mood>>();
    expectTypeOf(moody.snapshot).toEqualTypeOf<ChatSnapshot<Mood>>();
    expectTypeOf(moody.conversation('42')).toEqualTypeOf<Conversation<Mood>>();
    expectTypeOf(moody.conversation('42').snapshot).toEqualTypeOf<ChatSnapshot<Mood>>();
    expectTypeOf(moody.loadOlder()).toEqualTypeOf<Promise<OlderPage<Mood>>>();
    expectTypeOf(moody.messages()).toEqualTypeOf<AsyncIterable<ChatMessage<Mood>>>();
    moody.on('message-received', ({ message }) => {
      expectTypeOf(message.metadata).toEqualTypeOf<Mood | null>();
    });
    moody.conversation('42').on('message-updated', ({ message }) => {
      expectTypeOf(message.metadata).toEqualTypeOf<Mood | null>();
    });
    expectTypeOf(createTestClient<Mood>().client).toEqualTypeOf<ChatSocketClient<Mood>>();
  });

  test('is what may be sent', () => {
    moody.send('Hello', { metadata: { mood: 'glad' } });
    // @ts-expect-error There is no such mood.
    moody.send('Hello', { metadata: { mood: 'cross' } });
    // @ts-expect-error There is no such mood.
    moody.conversation('42').send('Hello', { metadata: { mood: 'cross' } });
  });

  test('does not keep a client from those who do not care', () => {
    expectTypeOf(moody).toExtend<ChatSocketClient>();
    expectTypeOf(plain).not.toExtend<ChatSocketClient<Mood>>();
  });
});

describe('the metadata in React', () => {
  test('is what the type argument of the hook says', () => {
    const own = () => useChatSocket<Mood>({ url, on: { 'message-received': ({ message }) => message.metadata?.mood } });
    expectTypeOf<ReturnType<typeof own>['messages']>().toEqualTypeOf<readonly ChatMessage<Mood>[]>();
    expectTypeOf<ReturnType<typeof own>['client']>().toEqualTypeOf<ChatSocketClient<Mood>>();
    const say = ({ send }: ReturnType<typeof own>) => {
      send('Hello', { metadata: { mood: 'glad' } });
      // @ts-expect-error There is no such mood.
      send('Hello', { metadata: { mood: 'cross' } });
    };
    expectTypeOf(say).returns.toBeVoid();
  });

  test('is that of the client that is given', () => {
    const given = () => useChatSocket({ client: moody });
    expectTypeOf<ReturnType<typeof given>['messages']>().toEqualTypeOf<readonly ChatMessage<Mood>[]>();
    const moods = () =>
      useChatSelector(({ messages }) => messages.map(({ metadata }) => metadata), Object.is, { client: moody });
    expectTypeOf<ReturnType<typeof moods>>().toEqualTypeOf<(Mood | null)[]>();
  });

  test('is unknown below a provider, unless it is said', () => {
    expectTypeOf(ChatSocketProvider).toBeCallableWith({ client: moody });
    const unsaid = () => useChatSocket();
    expectTypeOf<ReturnType<typeof unsaid>['messages']>().toEqualTypeOf<readonly ChatMessage[]>();
    const said = () => useChatSelector((snapshot: ChatSnapshot<Mood>) => snapshot.messages[0]?.metadata?.mood);
    expectTypeOf<ReturnType<typeof said>>().toEqualTypeOf<'glad' | 'sad' | undefined>();
    const client = () => useChatSocketClient<Mood>();
    expectTypeOf<ReturnType<typeof client>>().toEqualTypeOf<ChatSocketClient<Mood>>();
  });
});
