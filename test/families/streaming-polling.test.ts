/** An assistant while no socket can be had. */
import { describe, expect, test } from 'vitest';
import { createAssistantWorld as createWorld, shown } from './assistant-world.js';

describe('an assistant that can only be reached over HTTP', () => {
  test('is read over HTTP while no socket can be had, and over a socket as soon as there is one', async () => {
    const { client, clock, transport, server } = await createWorld();
    server.isRefusing = true;
    transport.connections[0]?.dropAbruptly();
    await clock.advance(30_000);
    const status = client.snapshot.connection.status;
    server.store('user', 'from elsewhere');
    server.store('assistant', 'read');
    const queued = client.send('waits');
    await clock.advance(4_000);
    const polled = shown(client);
    server.isRefusing = false;
    await clock.advance(60_000);

    expect(status).toBe('open');
    expect(polled).toEqual(['me: from elsewhere (sent)', 'ai: read (done)', 'me: waits (queued)']);
    expect(queued.status).toBe('sent');
    expect(server.accepted).toEqual(['waits']);
    expect(transport.liveCount).toBe(1);
    client.dispose();
  });

  test('UP-09 handshakes that are refused are diagnosed before HTTP alone has to do', async () => {
    const { client, clock, transport, server } = await createWorld();
    const errors: string[] = [];
    client.on('error', ({ error }) => errors.push(error.code));
    server.isRefusing = true;
    transport.connections[0]?.dropAbruptly();
    await clock.advance(30_000);

    expect(errors[0]).toBe('connection/refused');
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('UP-03 has a socket again soon after a server was restarted', async () => {
    const { client, clock, transport, server } = await createWorld();
    server.isRefusing = true;
    transport.connections[0]?.dropAbruptly();
    await clock.advance(10_000);
    const { status } = client.snapshot.connection;
    const queued = client.send('waits');
    server.isRefusing = false;
    await clock.advance(10_000);

    expect(status).toBe('open');
    expect(queued.status).toBe('sent');
    expect(transport.liveCount).toBe(1);
    client.dispose();
  });

  test('UP-03 tries for a socket although the history was long in coming when it began to poll', async () => {
    const { client, clock, transport, server } = await createWorld();
    server.isRefusing = true;
    server.hasHistory = false;
    transport.connections[0]?.dropAbruptly();
    await clock.advance(8_000);
    const { status } = client.snapshot.connection;
    server.hasHistory = true;
    await clock.advance(2_000);
    const queued = client.send('waits');
    server.isRefusing = false;
    await clock.advance(15_000);

    expect([status, client.snapshot.connection.status]).toEqual(['connecting', 'open']);
    expect(queued.status).toBe('sent');
    client.dispose();
  });

  test.each([1, 10, 60])(
    'tries for a socket for as long as it polls: there is one soon after %i minutes',
    async (minutes) => {
      const { client, clock, transport, server } = await createWorld();
      server.isRefusing = true;
      transport.connections[0]?.dropAbruptly();
      await clock.advance(minutes * 60_000);
      const queued = client.send('waits');
      const { status } = client.snapshot.connection;
      server.isRefusing = false;
      await clock.advance(65_000);

      expect(status).toBe('open');
      expect(queued.status).toBe('sent');
      expect(transport.liveCount).toBe(1);
      client.dispose();
    },
  );
});
