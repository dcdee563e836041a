/** The kit against the mock server of the test kit: what a test sees of a server is what a server may do. */

import {
  type ConformanceConnectRequest,
  type ConformanceOptions,
  conformance,
  manualClock,
  mockServer,
  mockTransport,
} from 'chatsocket/testing';
import { expect, test } from 'vitest';

/** A mock server in `auto` mode, as the kit reaches it. It cannot die between a message and those who are told of it. */
function openMock(): ConformanceOptions {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const server = mockServer({ transport, clock, mode: 'auto', userId: ({ token }) => token ?? 'nobody' });
  let conversationCount = 0;
  return {
    connect: (request) => dial(transport, request),
    conversation: () => {
      conversationCount += 1;
      return `conversation-${conversationCount}`;
    },
    hooks: {
      // Its logs are its disk: they outlive what a restart ends.
      restart: () => {
        for (const connection of transport.connections) if (connection.state === 'open') connection.dropAbruptly();
      },
      // It forgets no id, so its time may be any.
      advanceClock: () => {},
      cutRetention: ({ conversationId, throughSeq }) => server.cutBefore(throughSeq + 1, conversationId),
      deleteMessage: ({ conversationId, id }) => void server.delete(id, { conversationId }),
      editMessage: ({ conversationId, id }, content) => void server.edit(id, content, { conversationId }),
    },
    clock,
  };
}

function dial(transport: ReturnType<typeof mockTransport>, { user, onText, onClose }: ConformanceConnectRequest) {
  const subprotocols = ['chatsocket.v1', `bearer.${btoa(user)}`];
  const socket = transport.open(
    { url: 'ws://localhost/', subprotocols },
    { opened: () => {}, received: onText, receivedBinary: () => {}, closed: onClose },
  );
  return { send: (text: string) => socket.send(text), close: () => socket.close(1000, '') };
}

test('DS-5 SV-1 SV-2 SV-3 SV-5 SV-6 SV-7 SV-8 RX-3 RX-4 is kept by the mock server, and of SV-4 what can be seen', async () => {
  const report = await conformance(openMock());

  const notKept = report.findings.filter(({ verdict }) => verdict !== 'kept');
  expect(report.broken, report.summary).toEqual([]);
  expect(notKept.map(({ clause, evidence }) => `${clause} ${evidence}`)).toEqual([
    'SV-4 Give `hooks.crashAfterStore` to have it checked.',
  ]);
});
