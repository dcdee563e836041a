import { useCallback, useRef, useState } from 'react';
import { BreakDrawer } from './breaking/break-drawer.js';
import { CounterStrip } from './breaking/counter-strip.js';
import { RoomView } from './conversation/room-view.js';
import { useEscape } from './look/use-dismiss.js';
import { IS_NARROW, useMediaQuery } from './look/use-media-query.js';
import { useChat } from './session/chat-context.js';
import { Sidebar } from './sidebar/sidebar.js';
import { useUnreadTitle } from './sidebar/use-unread.js';
import './look/layout.css';

/** The whole page: conversations at the left, one of them in the middle, and what breaks it at the right. */
export function ChatPage() {
  const { rooms } = useChat();
  const isNarrow = useMediaQuery(IS_NARROW);
  const [roomId, setRoomId] = useState(rooms[0]?.id ?? '');
  const [pane, setPane] = useState<'list' | 'room'>('room');
  const drawer = useDrawer();
  useUnreadTitle();

  const openRoom = useCallback((id: string) => {
    setRoomId(id);
    setPane('room');
  }, []);
  const showList = useCallback(() => setPane('list'), []);
  const room = rooms.find(({ id }) => id === roomId);

  return (
    <div className="page" data-pane={pane} data-breaking={drawer.isOpen}>
      <a className="skip-link" href="#message-box">
        Skip to the message box
      </a>
      <Sidebar activeId={roomId} onOpen={openRoom} />
      {room !== undefined && (
        <RoomView
          key={room.id}
          room={room}
          isInFront={!isNarrow || pane === 'room'}
          onBack={showList}
          drawerButton={{ ref: drawer.buttonRef, isOpen: drawer.isOpen, onPress: drawer.toggle }}
        />
      )}
      {drawer.isOpen && <BreakDrawer roomId={roomId} onClose={drawer.close} counters={isNarrow} />}
      {!isNarrow && <CounterStrip />}
    </div>
  );
}

/** Whether “Break it” is open. Closing it gives the focus back to the button that opened it. */
function useDrawer() {
  const buttonRef = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const close = useCallback(() => {
    setIsOpen(false);
    buttonRef.current?.focus();
  }, []);
  const toggle = useCallback(() => setIsOpen((wasOpen) => !wasOpen), []);
  useEscape(isOpen, close);
  return { buttonRef, isOpen, close, toggle };
}
