export {
  type WebSocketClass,
  type WebSocketLike,
  type WebSocketTransportOptions,
  webSocketTransport,
} from './web-socket.js';
