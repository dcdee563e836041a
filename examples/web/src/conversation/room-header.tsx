import type { ChatSocketClient, ConnectionSnapshot } from 'chatsocket';
import type { RefObject } from 'react';
import { StatusLine } from '../connection/status-line.js';
import { Avatar } from '../look/avatar.js';
import { Icon } from '../look/icon.js';
import type { Room } from '../rooms.js';
import { useUnread } from '../sidebar/use-unread.js';

export interface DrawerButton {
  readonly ref: RefObject<HTMLButtonElement | null>;
  readonly isOpen: boolean;
  readonly onPress: () => void;
}

interface RoomHeaderProps {
  readonly room: Room;
  readonly connection: ConnectionSnapshot;
  readonly client: ChatSocketClient;
  readonly onBack: () => void;
  readonly drawerButton: DrawerButton;
}

export function RoomHeader({ room, connection, client, onBack, drawerButton }: RoomHeaderProps) {
  const unread = [...useUnread().values()].reduce((sum, count) => sum + count, 0);
  return (
    <header className="room-header">
      <button type="button" className="icon-button back-button" onClick={onBack}>
        <Icon name="back" />
        <span className="visually-hidden">Back to the conversations</span>
        {unread > 0 && (
          <span className="badge">
            {unread > 99 ? '99+' : unread}
            <span className="visually-hidden"> unread</span>
          </span>
        )}
      </button>
      <Avatar seed={room.id} name={room.title} kind={room.kind === 'assistant' ? 'assistant' : 'room'} />
      <div className="room-heading">
        <h1>{room.title}</h1>
        <StatusLine connection={connection} client={client} />
      </div>
      <button
        ref={drawerButton.ref}
        type="button"
        className="button break-button"
        aria-expanded={drawerButton.isOpen}
        aria-controls="break-drawer"
        onClick={drawerButton.onPress}
      >
        <Icon name="bolt" size={18} />
        Break it
      </button>
    </header>
  );
}
