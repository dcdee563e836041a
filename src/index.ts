/** A chat client over WebSockets that comes back by itself, with what was sent and what was missed. */

export type { ChatMessage } from './client/chat-message.js';
export type { ChatSnapshot, ConnectionSnapshot } from './client/chat-snapshot.js';
export { ChatSocketClient } from './client/chat-socket-client.js';
export type { ChatListener, ChatSocketEvents } from './client/chat-socket-events.js';
export type { Conversation } from './client/conversation.js';
export type { Awaited, Explanation } from './client/explain.js';
export type { ChatSocketMetrics, Timing } from './client/metrics.js';
export type {
  ChatSocketOptions,
  Diagnose,
  HeartbeatOptions,
  InboxOptions,
  OutboxOptions,
  ReconnectOptions,
  RefusedHandshake,
  TimeoutOptions,
  UrlContext,
} from './client/options/options.js';
export type { OutboxItem, OutboxView } from './client/outbox-view.js';
export type { Outgoing, Receipt } from './client/outgoing.js';
export type { MessagesOptions } from './client/receiving/message-reader.js';
export type { OlderPage } from './client/receiving/older-pages.js';
export type { SendOptions } from './client/send-options.js';
export type { CloseCause, CloseKind } from './core/connection/close-cause.js';
export type { CloseAction } from './core/connection/close-code.js';
export type { DialReason } from './core/connection/state.js';
export type { Recovery } from './core/frame.js';
export type {
  DeliveryStatus,
  MessageId,
  Participant,
  SenderRole,
  StreamEnd,
  StreamStatus,
} from './core/message.js';
export { ChatSocketError, type ChatSocketErrorFacts, isChatSocketError } from './errors/chat-socket-error.js';
export type { ChatSocketErrorCode } from './errors/codes.js';
export { StopConnecting } from './errors/stop-connecting.js';
export { consoleLogger } from './platform/console-logger.js';
export type { Fetch } from './platform/token-providers/ask-json.js';
export {
  type ConnectionTokenOptions,
  connectionTokenProvider,
} from './platform/token-providers/connection-token-provider.js';
export { type RefreshTokenOptions, refreshTokenProvider } from './platform/token-providers/refresh-token-provider.js';
export type { Clock } from './ports/clock.js';
export type { HttpAnswer, HttpExchange, HttpPort, HttpRequest } from './ports/http.js';
export type { IdSource } from './ports/id-source.js';
export type { Logger, LogLevel } from './ports/logger.js';
export type { PageSignal, PageSignals } from './ports/page-signals.js';
export type { FrameFault, Protocol, TransportTools } from './ports/protocol.js';
export type { Random } from './ports/random.js';
export type { OpenTabChannel, TabChannel } from './ports/tab-channel.js';
export type { TokenAnswer, TokenRequest, TokenSource } from './ports/token-source.js';
export type { DialRequest, SocketClose, SocketHandlers, Transport, TransportSocket } from './ports/transport.js';
