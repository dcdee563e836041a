import type { ChatMessage } from 'chatsocket';
import { memo } from 'react';
import { Avatar } from '../look/avatar.js';
import { DeliveryMark } from './delivery-mark.js';
import { MessageActions } from './message-actions.js';
import { clockText } from './time-text.js';
import './bubble.css';

interface MessageRowProps {
  readonly message: ChatMessage;
  readonly name: string;
  readonly opensGroup: boolean;
  readonly closesGroup: boolean;
  /** Whether something can be done about it now. */
  readonly hasActions: boolean;
  readonly onRemove: (key: string) => void;
}

/** Texts are shown as text, whoever wrote them. Drawn again only when its own message changed. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, name, opensGroup, closesGroup, hasActions, onRemove } = props;
  const { role, id } = message.sender;
  const isOwn = role === 'self';
  return (
    <li className="message" data-key={message.key} data-role={role} data-opens={opensGroup} data-closes={closesGroup}>
      {!isOwn && <Avatar seed={id ?? role} name={name} kind={role === 'assistant' ? 'assistant' : 'person'} />}
      <p className={isOwn || !opensGroup ? 'visually-hidden' : 'message-sender'}>{isOwn ? 'You' : name}</p>
      <div className="bubble" data-delivery={message.delivery} data-stream={message.stream}>
        <p className="bubble-text">
          {message.content}
          {message.stream === 'streaming' && <span className="caret" aria-hidden="true" />}
        </p>
        <p className="bubble-foot">
          <StreamNote stream={message.stream} />
          <time dateTime={new Date(message.createdAtMs).toISOString()}>{clockText(message.createdAtMs)}</time>
          {message.delivery !== null && <DeliveryMark delivery={message.delivery} />}
        </p>
      </div>
      {hasActions && message.clientMessageId !== null && (
        <MessageActions message={message} clientMessageId={message.clientMessageId} onRemove={onRemove} />
      )}
    </li>
  );
});

function StreamNote({ stream }: { readonly stream: ChatMessage['stream'] }) {
  const note = stream === null ? '' : STREAM_NOTES[stream];
  return note === '' ? null : <span className="stream-note">{note}</span>;
}

const STREAM_NOTES = {
  streaming: '',
  stalled: 'waiting for more…',
  done: '',
  stopped: 'stopped',
  failed: 'broken off',
} as const;
