/** An event as a line of the trace. */

import type { Told } from '../device/life.js';

export function describeTold(told: Told): string {
  switch (told.name) {
    case 'status-changed': {
      const { connection } = told.payload;
      if (connection.status === 'connecting')
        return `${connection.phase} ${connection.attempt} ${connection.cause?.kind ?? ''}`;
      return `${connection.status}${connection.status === 'closed' ? ` ${connection.reason} ${connection.cause?.kind ?? ''}` : ''}`;
    }
    case 'message-received':
    case 'message-updated':
      return `${told.payload.message.seq} ${told.payload.message.content.slice(0, 20)}`;
    case 'message-failed':
      return `${told.payload.clientMessageId} ${told.payload.error.code}`;
    case 'error':
      return told.payload.error.code;
    default:
      return JSON.stringify(told.payload).slice(0, 100);
  }
}
