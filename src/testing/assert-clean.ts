import type { ManualClock } from './manual-clock.js';
import type { MockPageSignals } from './mock-page-signals.js';
import type { MockTabChannels } from './mock-tab-channels.js';
import type { MockTransport } from './mock-transport.js';
import { settle } from './settle.js';

/** What may hold leftovers; what is not given is not looked at. */
export interface CleanlinessTargets {
  readonly transport?: MockTransport;
  readonly clock?: ManualClock;
  readonly pageSignals?: MockPageSignals;
  readonly tabChannels?: MockTabChannels;
  /** Promises that must have settled by now, by the name to show. */
  readonly promises?: Readonly<Record<string, Promise<unknown>>>;
}

/**
 * Rejects with a list of everything that was left behind: sockets that are held, timers that will fire, listeners on
 * the page, channels between tabs, waits for a dial, promises that have not settled. Call it after the client was closed; promises that are
 * due settle first.
 *
 * @example
 * await client.close();
 * await assertClean({ transport, clock, pageSignals });
 */
export async function assertClean(targets: CleanlinessTargets): Promise<void> {
  const { transport, clock, pageSignals, tabChannels, promises = {} } = targets;
  const unsettled = await findUnsettled(promises);
  const leftovers = [
    ...(transport === undefined ? [] : listSockets(transport)),
    ...(clock === undefined ? [] : listTimers(clock)),
    ...countWords(pageSignals?.listenerCount ?? 0, 'listener on the page'),
    ...countWords(tabChannels?.openCount ?? 0, 'channel between tabs'),
    ...countWords(transport?.waitingCount ?? 0, 'wait for a dial'),
    ...unsettled.map((name) => `the promise ${name} has not settled`),
  ];
  if (leftovers.length === 0) return;
  const transcript = transport === undefined ? '' : `\nWhat happened:\n${transport.transcript()}`;
  throw new Error(`Left behind:\n${leftovers.map((leftover) => `  - ${leftover}`).join('\n')}${transcript}`);
}

async function findUnsettled(promises: Readonly<Record<string, Promise<unknown>>>): Promise<readonly string[]> {
  const unsettled = new Set(Object.keys(promises));
  for (const [name, promise] of Object.entries(promises)) {
    const remove = () => unsettled.delete(name);
    promise.then(remove, remove);
  }
  await settle();
  return [...unsettled];
}

function listSockets(transport: MockTransport): readonly string[] {
  const live = transport.connections.filter(({ isLive }) => isLive);
  return live.map(({ number, state }) => `the socket of connection ${number}, which the server sees as ${state}`);
}

function listTimers(clock: ManualClock): readonly string[] {
  return clock.pendingTimers().map(({ dueAtMs }) => `a timer that fires in ${dueAtMs - clock.nowMs()} ms`);
}

function countWords(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} × ${what}`];
}
