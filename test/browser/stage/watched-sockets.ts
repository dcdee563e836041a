import { onTestFinished, vi } from 'vitest';

/** Every WebSocket that this page opens until the end of the test. */
export function watchSockets(): readonly WebSocket[] {
  const opened: WebSocket[] = [];
  class WatchedWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      opened.push(this);
    }
  }
  vi.stubGlobal('WebSocket', WatchedWebSocket);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return opened;
}
