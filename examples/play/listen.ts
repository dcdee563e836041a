import type { Server } from 'node:net';

/** Resolves with the port once `server` listens on 127.0.0.1; rejects with the system's error, `EADDRINUSE` for a taken port. */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('The server listens on a pipe; a port was asked for.'));
    });
  });
}
