import { expect, test } from 'vitest';
import { assertClean } from '../../src/testing/assert-clean.js';
import { manualClock } from '../../src/testing/manual-clock.js';
import { mockPageSignals } from '../../src/testing/mock-page-signals.js';
import { mockTransport } from '../../src/testing/mock-transport.js';

test('passes where nothing was ever used', async () => {
  const targets = { clock: manualClock(), transport: mockTransport(), pageSignals: mockPageSignals() };

  await expect(assertClean(targets)).resolves.toBeUndefined();
  await expect(assertClean({})).resolves.toBeUndefined();
});

test('UP-46 lists everything that was left behind', async () => {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const pageSignals = mockPageSignals();
  const ignore = () => {};
  transport.open(
    { url: 'ws://mock/', subprotocols: [] },
    { opened: ignore, received: ignore, receivedBinary: ignore, closed: ignore },
  );
  clock.startTimer(ignore, 25_000);
  pageSignals.subscribe(ignore);

  const check = assertClean({ clock, transport, pageSignals, promises: { acked: new Promise(ignore) } });

  await expect(check).rejects.toThrowErrorMatchingInlineSnapshot(`
    [Error: Left behind:
      - the socket of connection 1, which the server sees as connecting
      - a timer that fires in 25000 ms
      - 1 × listener on the page
      - the promise acked has not settled
    What happened:
           +0 ms  #1 client  dials ws://mock/]
  `);
});

test('lets promises settle that are due, and takes a rejection for settled', async () => {
  const later = Promise.resolve().then(() => Promise.reject(new Error('refused')));

  await expect(assertClean({ promises: { later } })).resolves.toBeUndefined();
});

test('lists a wait for a dial that goes on', async () => {
  const transport = mockTransport({ clock: { nowMs: () => 0, startTimer: () => () => {} } });
  void transport.nextConnection({ withinMs: 1_000 });

  await expect(assertClean({ transport })).rejects.toThrow('1 × wait for a dial');
});
