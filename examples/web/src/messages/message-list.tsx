import type { ChatMessage, OlderPage } from 'chatsocket';
import { useEffect, useMemo } from 'react';
import { Icon } from '../look/icon.js';
import type { Room } from '../rooms.js';
import { useChat } from '../session/chat-context.js';
import { EmptyRoom } from './empty-room.js';
import { type ListRow, listRows } from './list-rows.js';
import { MessageRow } from './message-row.js';
import { dayText } from './time-text.js';
import { useMessageScroll } from './use-message-scroll.js';
import { type Older, useOlder } from './use-older.js';
import { useRemoved } from './use-removed.js';
import './messages.css';

interface MessageListProps {
  readonly room: Room;
  readonly messages: readonly ChatMessage[];
  readonly hasOlder: boolean;
  readonly loadOlder: () => Promise<OlderPage>;
  readonly isOffline: boolean;
  readonly onAtEnd: (isAtEnd: boolean) => void;
}

export function MessageList({ room, messages, hasOlder, loadOlder, isOffline, onAtEnd }: MessageListProps) {
  const { shown, remove } = useRemoved(messages);
  const rows = useMemo(() => listRows(shown), [shown]);
  const older = useOlder(hasOlder, loadOlder);
  const scroll = useMessageScroll(shown, older.loadByItself);
  useEffect(() => onAtEnd(scroll.isAtEnd), [onAtEnd, scroll.isAtEnd]);

  return (
    <div className="messages-frame">
      <section
        className="messages"
        ref={scroll.scrollerRef}
        onScroll={scroll.onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by the keyboard.
        tabIndex={0}
        aria-label="Messages"
      >
        {hasOlder && <OlderRow older={older} />}
        {shown.length === 0 && <EmptyRoom room={room} />}
        <ol ref={scroll.listRef}>
          {rows.map((row) => (
            <Row key={row.key} row={row} isOffline={isOffline} onRemove={remove} />
          ))}
        </ol>
      </section>
      {!scroll.isAtEnd && (
        <button type="button" className="to-end" data-news={scroll.newCount > 0} onClick={scroll.goToEnd}>
          <Icon name="down" size={16} />
          {newsText(scroll.newCount)}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  readonly row: ListRow;
  readonly isOffline: boolean;
  readonly onRemove: (key: string) => void;
}

function Row({ row, isOffline, onRemove }: RowProps) {
  const { names } = useChat();
  if (row.kind === 'day') {
    return (
      <li className="day">
        <span>{dayText(row.atMs, Date.now())}</span>
      </li>
    );
  }
  const { message, opensGroup, closesGroup } = row;
  return (
    <MessageRow
      message={message}
      name={names.ofMessage(message)}
      opensGroup={opensGroup}
      closesGroup={closesGroup}
      hasActions={hasActions(message, isOffline)}
      onRemove={onRemove}
    />
  );
}

/** A message that waits can be taken back, but only a loss that lasts makes that worth a button. */
function hasActions({ delivery }: ChatMessage, isOffline: boolean): boolean {
  return delivery === 'failed' || (delivery === 'queued' && isOffline) || (delivery === 'unconfirmed' && !isOffline);
}

function OlderRow({ older }: { readonly older: Older }) {
  return (
    <div className="older">
      {older.status === 'loading' ? (
        <span role="status">Loading older messages…</span>
      ) : (
        <button type="button" className="button" onClick={older.load}>
          Older messages
        </button>
      )}
    </div>
  );
}

function newsText(count: number): string {
  if (count === 0) return 'To the end';
  return count === 1 ? '1 new message' : `${count} new messages`;
}
