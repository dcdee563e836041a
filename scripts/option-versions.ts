/** The version in which each option came, for docs/options.md. */

const VERSIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '0.1.0': {
    ChatSocketOptions: [
      ...['url', 'token', 'conversationId', 'protocol', 'transport', 'identity', 'reconnect', 'heartbeat', 'timeouts'],
      ...['outbox', 'inbox', 'logger', 'shouldRetry', 'allowInsecure', 'clock', 'random', 'ids', 'pageSignals'],
    ],
    ReconnectOptions: [
      ...['delayFirstMs', 'delayMaxMs', 'factor', 'attemptsMax', 'stableAfterMs', 'dialsPerMinuteMax'],
    ],
    HeartbeatOptions: ['intervalMs', 'timeoutMs', 'whenIdleOnly'],
    TimeoutOptions: ['tokenMs', 'connectMs', 'closeMs'],
    OutboxOptions: ['messagesMax', 'bytesMax', 'inFlightMax', 'ackTimeoutMs', 'ratePerSecond', 'contentLengthMax'],
    InboxOptions: ['historyMax', 'seenMax', 'reorderMax', 'frameBytesMax', 'notifyIntervalMs'],
    OwnClientOptions: ['lingerMs'],
    GivenClientOptions: ['client', 'conversationId'],
    UseChatSocketOptions: ['on'],
    SendOptions: ['metadata', 'inReplyTo', 'signal'],
    EnvelopeProtocolOptions: ['tokenIn', 'sendFields'],
    WebSocketTransportOptions: ['webSocket', 'create'],
  },
  '0.2.0': {
    OutboxOptions: ['ageMaxMs', 'overflow', 'resend', 'store'],
    InboxOptions: ['gapWaitMs', 'gapFetchTimeoutMs'],
    SendOptions: ['ttlMs'],
    MessagesOptions: ['signal', 'bufferMax'],
    IndexedDbOutboxStoreOptions: ['databaseName', 'codec', 'indexedDB', 'locks', 'broadcastChannel', 'clock'],
  },
  '0.3.0': {
    ChatSocketOptions: ['diagnose', 'tabChannel'],
  },
  '0.4.0': {
    ChatSocketOptions: ['http'],
    OwnClientOptions: ['enabled'],
    StreamingProtocolOptions: ['tokenIn', 'historyEndpoint', 'names'],
    ThreadProtocolOptions: ['tokenIn', 'postEndpoint', 'names'],
    ConnectionTokenOptions: ['endpoint', 'csrfCookieName', 'refresh', 'body', 'fetch', 'cookies'],
    RefreshTokenOptions: ['endpoint', 'body', 'fetch'],
  },
};

/** Throws for an option that nobody has written down: a new one belongs to the next version. */
export function versionOf(type: string, name: string): string {
  const found = Object.entries(VERSIONS).find(([, options]) => options[type]?.includes(name));
  if (found === undefined) throw new Error(`Say in scripts/option-versions.ts in which version ${type}.${name} came.`);
  return found[0];
}
