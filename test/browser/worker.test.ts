import { expect, onTestFinished, test } from 'vitest';
import { Stage } from './stage/stage.js';
import { ownDatabase } from './stage/storage-tab.js';
import { until } from './stage/until.js';
import type { WorkerQuestion, WorkerReport } from './stage/worker-task.js';

interface StartedWorker {
  readonly reports: readonly WorkerReport[];
  ask(question: WorkerQuestion): void;
  until(what: string, isThere: (report: WorkerReport) => boolean): Promise<void>;
}

const SOURCE = new URL('./stage/client-worker.ts', import.meta.url);

function startDedicated(): { readonly port: Worker; readonly end: () => void } {
  const port = new Worker(SOURCE, { type: 'module' });
  return { port, end: () => port.terminate() };
}

function startShared(): { readonly port: MessagePort; readonly end: () => void } {
  const { port } = new SharedWorker(SOURCE, { type: 'module', name: crypto.randomUUID() });
  return { port, end: () => port.close() };
}

function attend({ port, end }: ReturnType<typeof startDedicated | typeof startShared>): StartedWorker {
  const reports: WorkerReport[] = [];
  const looks = new Set<() => void>();
  port.onmessage = ({ data }: MessageEvent) => {
    // The worker tells nothing else.
    reports.push(data as WorkerReport);
    for (const look of looks) look();
  };
  onTestFinished(end);
  return {
    reports,
    ask: (question) => port.postMessage(question),
    until: (what, isThere) =>
      until({
        what,
        watch(look) {
          looks.add(look);
          return () => looks.delete(look);
        },
        isThere: () => reports.some(isThere),
      }),
  };
}

test.each([
  ['dedicated', startDedicated],
  ['shared', startShared],
] as const)(
  'a client in a %s worker, where there is no document, chats through a cut and logs out',
  async (_kind, start) => {
    const stage = await Stage.openForTest();
    const { linkUrl: url } = await stage.ask('startChat', [location.origin]);
    await stage.ask('say', 'Grace', 'From a page');
    const tokens = [await stage.ask('issueToken', 'Ada'), await stage.ask('issueToken', 'Ada')];
    const worker = attend(start());

    worker.ask({ type: 'start', url, tokens, databaseName: ownDatabase() });
    await worker.until('the first connection', ({ status }) => status === 'open');
    worker.ask({ type: 'send', content: 'From a worker' });
    await worker.until('the ack', ({ shown }) => shown.some(({ delivery }) => delivery === 'sent'));
    stage.tell('cutLink');
    await worker.until('the second connection', ({ status, dials }) => status === 'open' && dials === 2);
    await stage.ask('say', 'Grace', 'After the cut');
    await worker.until('what is said after', ({ shown }) => shown.length === 3);
    const last = worker.reports.at(-1);
    worker.ask({ type: 'logout' });
    await worker.until('the end', ({ status }) => status === 'closed');

    expect(last).toMatchObject({ hasDocument: false, status: 'open', dials: 2 });
    expect(last?.shown).toEqual([
      { content: 'From a page', delivery: null },
      { content: 'From a worker', delivery: 'sent' },
      { content: 'After the cut', delivery: null },
    ]);
    expect(worker.reports.at(-1)?.shown).toEqual([]);
  },
);
