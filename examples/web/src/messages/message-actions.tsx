import type { ChatMessage } from 'chatsocket';
import { Icon } from '../look/icon.js';
import { useChat } from '../session/chat-context.js';
import { useSay } from '../session/use-say.js';

interface MessageActionsProps {
  readonly message: ChatMessage;
  readonly clientMessageId: string;
  /** Takes the row off the screen. */
  readonly onRemove: (key: string) => void;
}

/** What can be done about a message that waits, whose fate is unknown, or that was refused. */
export function MessageActions({ message, clientMessageId, onRemove }: MessageActionsProps) {
  const { client, books } = useChat();
  const say = useSay(message.conversationId);

  if (message.delivery === 'queued') {
    const cancel = () => {
      if (client.outbox.cancel(clientMessageId)) books.givenUp(clientMessageId);
    };
    return (
      <p className="message-actions">
        <button type="button" onClick={cancel}>
          <Icon name="close" size={14} />
          Cancel
        </button>
      </p>
    );
  }
  if (message.delivery === 'unconfirmed') {
    return (
      <p className="message-actions">
        <button type="button" onClick={() => client.outbox.retry(clientMessageId)}>
          <Icon name="redo" size={14} />
          Retry
        </button>
      </p>
    );
  }
  const sendAgain = () => {
    say(message.content);
    onRemove(message.key);
  };
  return (
    <p className="message-actions">
      <span className="message-trouble">{message.error?.message ?? 'Not sent.'}</span>
      <button type="button" onClick={sendAgain}>
        <Icon name="redo" size={14} />
        Retry
      </button>
      <button type="button" onClick={() => onRemove(message.key)}>
        <Icon name="close" size={14} />
        Remove
      </button>
    </p>
  );
}
