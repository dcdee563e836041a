import { useChatSocket } from 'chatsocket/react';
import { useEffect, useState } from 'react';
import { OfflineBanner } from '../connection/offline-banner.js';
import { usePageVisible } from '../look/use-page-visible.js';
import { MessageList } from '../messages/message-list.js';
import type { Room } from '../rooms.js';
import { useChat } from '../session/chat-context.js';
import { useSay } from '../session/use-say.js';
import { Announcer } from './announcer.js';
import { Composer } from './composer.js';
import { type DrawerButton, RoomHeader } from './room-header.js';
import { TypingLine } from './typing-line.js';
import './conversation.css';

interface RoomViewProps {
  readonly room: Room;
  /** False where a phone shows the list instead. */
  readonly isInFront: boolean;
  readonly onBack: () => void;
  readonly drawerButton: DrawerButton;
}

/** One conversation. */
export function RoomView({ room, isInFront, onBack, drawerButton }: RoomViewProps) {
  const chat = useChatSocket({ conversationId: room.id });
  const { messages, connection } = chat;
  const [isAtEnd, setIsAtEnd] = useState(true);
  useWatched(room.id, isInFront && isAtEnd, { newestKey: messages.at(-1)?.key, markRead: chat.markRead });

  const say = useSay(room.id);
  const answer = messages.findLast(({ stream }) => stream === 'streaming' || stream === 'stalled');

  return (
    <main className="room" aria-label={room.title}>
      <RoomHeader
        room={room}
        connection={connection}
        client={chat.client}
        onBack={onBack}
        drawerButton={drawerButton}
      />
      <OfflineBanner
        isShown={connection.showOffline}
        waiting={messages.filter(({ delivery }) => delivery === 'queued' || delivery === 'unconfirmed').length}
      />
      <MessageList
        room={room}
        messages={messages}
        hasOlder={chat.hasOlder}
        loadOlder={chat.loadOlder}
        isOffline={connection.showOffline}
        onAtEnd={setIsAtEnd}
      />
      <TypingLine typing={chat.typing} />
      <Composer
        room={room}
        onSend={say}
        setTyping={chat.setTyping}
        onStop={answer === undefined ? null : () => chat.stopStream(answer.id ?? undefined)}
      />
      <Announcer conversationId={room.id} />
    </main>
  );
}

interface Reading {
  readonly newestKey: string | undefined;
  readonly markRead: () => void;
}

/** While somebody looks at the end of the conversation its messages are read as they come. */
function useWatched(roomId: string, isInView: boolean, { newestKey, markRead }: Reading): void {
  const { unread } = useChat();
  const isWatched = usePageVisible() && isInView;
  useEffect(() => (isWatched ? unread.watch(roomId) : undefined), [isWatched, unread, roomId]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new message is a reason of its own to mark.
  useEffect(() => {
    if (isWatched) markRead();
  }, [isWatched, newestKey, markRead]);
}
