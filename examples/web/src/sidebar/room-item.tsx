import type { ChatMessage, ChatSnapshot } from 'chatsocket';
import { useChatSelector } from 'chatsocket/react';
import { Avatar } from '../look/avatar.js';
import { briefTimeText } from '../messages/time-text.js';
import type { Room } from '../rooms.js';
import { useChat } from '../session/chat-context.js';

interface RoomItemProps {
  readonly room: Room;
  readonly isActive: boolean;
  readonly unread: number;
  readonly onOpen: (roomId: string) => void;
}

const PREVIEW_LENGTH_MAX = 80;

export function RoomItem({ room, isActive, unread, onOpen }: RoomItemProps) {
  const { names } = useChat();
  const place = { conversationId: room.id };
  const last = useChatSelector(lastMessage, Object.is, place);
  const isTyping = useChatSelector(({ typing }) => typing.length > 0, Object.is, place);
  return (
    <li>
      <button
        type="button"
        className="room-item"
        aria-current={isActive ? 'true' : undefined}
        tabIndex={isActive ? 0 : -1}
        onClick={() => onOpen(room.id)}
      >
        <Avatar seed={room.id} name={room.title} kind={room.kind === 'assistant' ? 'assistant' : 'room'} />
        <span className="room-title">{room.title}</span>
        {last !== undefined && <span className="room-time">{briefTimeText(last.createdAtMs, Date.now())}</span>}
        <span className="room-preview">
          {isTyping ? <em>typing…</em> : last === undefined ? room.about : previewOf(last, names.ofMessage(last))}
        </span>
        {unread > 0 && (
          <span className="badge">
            {unread > 99 ? '99+' : unread}
            <span className="visually-hidden"> unread</span>
          </span>
        )}
      </button>
    </li>
  );
}

function lastMessage({ messages }: ChatSnapshot): ChatMessage | undefined {
  return messages.findLast((message) => message.delivery !== 'cancelled');
}

function previewOf(message: ChatMessage, name: string): string {
  const text = message.content.slice(0, PREVIEW_LENGTH_MAX);
  if (message.sender.role === 'self') return `You: ${text}`;
  return message.sender.role === 'assistant' ? text : `${name}: ${text}`;
}
