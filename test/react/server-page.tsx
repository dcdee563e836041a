import { ChatSocketProvider, type OwnClientOptions, useChatSelector, useChatSocket } from 'chatsocket/react';

/** Every way to a client, as a server renders it. */
export function ServerPage({ options }: { readonly options: OwnClientOptions }) {
  return (
    <ChatSocketProvider {...options}>
      <Status />
      <Messages options={options} />
    </ChatSocketProvider>
  );
}

function Status() {
  return <i>{useChatSelector(({ connection }) => connection.status)}</i>;
}

function Messages({ options }: { readonly options: OwnClientOptions }) {
  const { messages, connection, hasOlder, client } = useChatSocket(options);
  return <p>{[connection.status, messages.length, hasOlder, client.snapshot.connection.status].join(' ')}</p>;
}
