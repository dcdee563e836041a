import type { ChatSocketClient, ConnectionSnapshot } from 'chatsocket';
import { Icon } from '../look/icon.js';
import { forgetUserId } from '../session/person.js';
import { Details } from './details.js';
import { spokenStatus, statusText } from './status-text.js';
import { useNow } from './use-now.js';
import './connection.css';

interface StatusLineProps {
  readonly connection: ConnectionSnapshot;
  readonly client: ChatSocketClient;
}

/** The truth about the connection in one line, at every moment. */
export function StatusLine({ connection, client }: StatusLineProps) {
  const nowMs = useNow(connection.status === 'connecting');
  const { tone, text, canRetry } = statusText(connection, nowMs);
  const needsNewVisit = connection.status === 'closed' && connection.cause?.kind === 'no-token';
  return (
    <div className="status-line" data-tone={tone}>
      <span className="status-dot" aria-hidden="true" />
      <span className="status-text" data-testid="status" aria-hidden="true">
        {text}
      </span>
      <span className="visually-hidden" role="status">
        {spokenStatus(connection)}
      </span>
      {canRetry && (
        <button
          type="button"
          className="status-retry"
          onClick={() => (needsNewVisit ? startAnew() : client.reconnect())}
        >
          <Icon name="redo" size={14} />
          {needsNewVisit ? 'Sign in again' : 'Retry'}
        </button>
      )}
      <Details client={client} connection={connection} />
    </div>
  );
}

/** The server does not know this session any more, so the page begins as somebody new. */
function startAnew(): void {
  forgetUserId();
  location.reload();
}
