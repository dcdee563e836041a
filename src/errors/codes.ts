/** Every error code with one line of meaning; docs/errors.md is made from this list. */
export const ERROR_CODES = {
  'connection/refused': 'The server refused the handshake several times in a row.',
  'connection/lost': 'There was no connection to ask on, or it ended before the answer.',
  'connection/stopped': 'The server or the application ended the connection for good.',
  'connection/exhausted': 'The last allowed attempt failed.',
  'connection/closed': 'The client was closed while something was waiting for the connection.',
  'connection/aborted': "The caller's AbortSignal ended the wait.",
  'token/none':
    'The token provider answered null: there is no session. whenOpen() rejects with it; the event is closed, with the cause no-token.',
  'token/failed': 'The url or the token function threw or rejected; what it threw is left out.',
  'token/timed-out': 'The url or the token function did not answer within timeouts.tokenMs.',
  'token/unusable':
    'The token is empty, too long, or has blanks or other characters that its place on the wire cannot carry.',
  'token/refused':
    'The server refused a fresh token twice in a row. whenOpen() rejects with it; the event is closed, with the cause token-refused.',
  'delivery/empty': 'The content is empty after trimming.',
  'delivery/too-long': 'The content is longer than the server takes.',
  'delivery/outbox-full': 'The outbox holds as much as it may.',
  'delivery/refused': 'The server refused the message for good.',
  'delivery/wrong-conversation': 'The server put the message into another conversation.',
  'delivery/too-big': 'The frame was bigger than the server takes.',
  'delivery/expired': 'The message was not delivered before its time ran out.',
  'delivery/evicted': 'The outbox was full, and the message gave way to a newer one as outbox.overflow asks for.',
  'delivery/poison': 'The connection ended again and again right after this message was sent.',
  'delivery/cancelled': 'The message was cancelled before the server had it.',
  'delivery/closed':
    'The client was closed before the server had the message. A durable store keeps it; else it ends with the client.',
  'delivery/cleared': 'The outbox was cleared.',
  'storage/unavailable': 'The outbox store cannot keep messages; they are kept in memory.',
  'storage/row-set-aside': 'Stored messages could not be read and were set aside.',
  'protocol/refused': 'The server answered with an error that belongs to no message.',
  'protocol/answer-too-long': 'An answer outgrew what is kept of one; the rest of it is not shown.',
  'protocol/unsupported': 'The protocol in use has no such frame.',
  'usage/invalid-option': 'An option has a value outside its range.',
  'usage/invalid-argument': 'An argument has a value outside its range.',
  'usage/no-conversation': 'The call needs a conversation and none is set.',
  'usage/no-provider': 'A hook was used outside its provider and without a client.',
  'usage/disposed': 'The client was disposed; make a new one.',
  'usage/consumer-too-slow': 'The reader of messages() fell so far behind that a message could not be kept for it.',
  'usage/listener-threw': "The application's listener threw; the others were called all the same.",
} as const;

/** A stable error code: `group/reason`. */
export type ChatSocketErrorCode = keyof typeof ERROR_CODES;
