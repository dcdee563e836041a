/** Clients with their outbox in the IndexedDB of real Chromium, one user after the other and in two tabs. */
import { expect, onTestFinished, test } from 'vitest';
import { ChatSocketClient } from '../../src/index.js';
import { indexedDbOutboxStore } from '../../src/storage/index.js';
import { promisify } from '../storage/promisify.js';
import { optionsOf, untilShown, untilSnapshot } from './stage/browser-chat.js';
import { Stage } from './stage/stage.js';
import { ownDatabase } from './stage/storage-tab.js';

const LOGOUT_MAX_MS = 1_000;

interface Person {
  readonly stage: Stage;
  readonly url: string;
  readonly name: string;
  readonly databaseName: string;
}

function openClient({ stage, url, name, databaseName }: Person): ChatSocketClient {
  const store = indexedDbOutboxStore({ databaseName });
  const client = new ChatSocketClient({ ...optionsOf(stage, name, url), identity: name, outbox: { store } });
  onTestFinished(() => client.dispose());
  return client;
}

async function startChat(): Promise<Omit<Person, 'name'>> {
  const stage = await Stage.openForTest();
  const { url } = await stage.ask('startChat', [location.origin]);
  return { stage, url, databaseName: ownDatabase() };
}

async function rowCount(databaseName: string): Promise<number> {
  const database = await promisify(indexedDB.open(databaseName));
  const counts = ['rows', 'aside'].map((name) => promisify(database.transaction(name).objectStore(name).count()));
  const [rows = 0, aside = 0] = await Promise.all(counts);
  database.close();
  return rows + aside;
}

test('F77 C12 a message of one user waits for that user, and never goes out as the next', async () => {
  const around = await startChat();
  const adaBefore = openClient({ ...around, name: 'Ada' });
  const persisted = await adaBefore.send('From Ada').persisted;
  adaBefore.dispose();

  const grace = openClient({ ...around, name: 'Grace' });
  grace.connect();
  await grace.send('From Grace').acked;
  grace.dispose();
  const ada = openClient({ ...around, name: 'Ada' });
  ada.connect();
  await untilShown(ada, 'From Grace');
  await untilSnapshot(ada, 'two acknowledged messages', ({ messages }) => messages.length === 2);
  await untilSnapshot(ada, 'an empty outbox', ({ outbox }) => outbox.queued + outbox.inFlight === 0);

  expect(persisted).toEqual({ durable: true });
  expect(ada.snapshot.messages.map(({ content, sender }) => [content, sender.id])).toEqual([
    ['From Grace', 'grace'],
    ['From Ada', 'ada'],
  ]);
});

test('I22 MT-8 F87 a logout erases what both tabs kept, and ends the other one within a second', async () => {
  const around = await startChat();
  const here = openClient({ ...around, name: 'Ada' });
  const there = openClient({ ...around, name: 'Ada' });
  await Promise.all([here.send('Typed here').persisted, there.send('Typed there').persisted]);
  const countBefore = await rowCount(around.databaseName);
  const kept = [localStorage.length, sessionStorage.length];

  const startedAtMs = performance.now();
  await here.logout();
  await untilSnapshot(there, 'the end of the other tab', ({ outbox }) => outbox.queued === 0);
  const takenMs = performance.now() - startedAtMs;

  expect(countBefore).toBe(2);
  expect(await rowCount(around.databaseName)).toBe(0);
  expect([localStorage.length, sessionStorage.length]).toEqual(kept);
  expect(there.snapshot.messages).toEqual([]);
  expect(there.snapshot.connection.status).toBe('closed');
  expect(takenMs).toBeLessThan(LOGOUT_MAX_MS);
});
