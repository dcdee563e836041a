import { PersonCard } from './person-card.js';
import { RoomList } from './room-list.js';
import './sidebar.css';

interface SidebarProps {
  readonly activeId: string;
  readonly onOpen: (roomId: string) => void;
}

export function Sidebar({ activeId, onOpen }: SidebarProps) {
  return (
    <header className="sidebar">
      <p className="brand">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        chatsocket
      </p>
      <RoomList activeId={activeId} onOpen={onOpen} />
      <a className="second-window" href="/" target="_blank" rel="noopener">
        Open a second window
        <span>It is a second person: talk to yourself.</span>
      </a>
      <PersonCard />
    </header>
  );
}
