import type { Socket } from 'node:net';

/**
 * Ends the connection at once, by a reset where that is possible; twice is harmless. In the middle of an orderly end
 * libuv refuses to reset (EINVAL from `uv_tcp_close_reset`), and Node then neither frees the socket nor emits `close`.
 */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  const isEnding = socket.writableEnded && !socket.writableFinished;
  // A socket that is still connecting would be reset only once it is connected, and may be ending by then.
  if (isEnding || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
