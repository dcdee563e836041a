import { type KeyboardEvent, useRef } from 'react';
import { useChat } from '../session/chat-context.js';
import { RoomItem } from './room-item.js';
import { useUnread } from './use-unread.js';

interface RoomListProps {
  readonly activeId: string;
  readonly onOpen: (roomId: string) => void;
}

/** One stop for the Tab key; the arrows move within. */
export function RoomList({ activeId, onOpen }: RoomListProps) {
  const { rooms } = useChat();
  const unread = useUnread();
  const listRef = useRef<HTMLUListElement>(null);

  function moveFocus(event: KeyboardEvent) {
    const buttons = [...(listRef.current?.querySelectorAll('button') ?? [])];
    const focused = buttons.findIndex((button) => button.matches(':focus'));
    const target = targetOf(event.key, focused, buttons.length);
    if (focused === -1 || target === null) return;
    event.preventDefault();
    buttons[target]?.focus();
  }

  return (
    <nav className="rooms" aria-label="Conversations">
      <ul ref={listRef} onKeyDown={moveFocus}>
        {rooms.map((room) => (
          <RoomItem
            key={room.id}
            room={room}
            isActive={room.id === activeId}
            unread={unread.get(room.id) ?? 0}
            onOpen={onOpen}
          />
        ))}
      </ul>
    </nav>
  );
}

function targetOf(key: string, focused: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return (focused + 1) % count;
    case 'ArrowUp':
      return (focused - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
