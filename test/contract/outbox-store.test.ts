import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { indexedDbOutboxStore, memoryOutboxStore } from '../../src/storage/index.js';
import { manualClock } from '../../src/testing/index.js';
import { FakeBrowserLocks } from '../storage/fake-locks.js';
import { scriptedStore } from '../support/scripted-store.js';
import { describeOutboxStoreContract } from './outbox-store.contract.js';

describeOutboxStoreContract({ title: 'memory', name: 'memory', isDurable: false, isShared: false }, () => ({
  makeStore: memoryOutboxStore,
}));

describeOutboxStoreContract(
  { title: 'IndexedDB with Web Locks', name: 'indexed-db', isDurable: true, isShared: true },
  () => {
    const indexedDB = new IDBFactory();
    const locks = new FakeBrowserLocks();
    return { makeStore: () => indexedDbOutboxStore({ indexedDB, locks: locks.openTab().locks, clock: manualClock() }) };
  },
);

describeOutboxStoreContract(
  { title: 'IndexedDB with leases', name: 'indexed-db', isDurable: true, isShared: true },
  () => {
    const indexedDB = new IDBFactory();
    const clock = manualClock();
    return { makeStore: () => indexedDbOutboxStore({ indexedDB, locks: null, clock }) };
  },
);

describeOutboxStoreContract({ title: 'scripted', name: 'scripted', isDurable: true, isShared: false }, () => {
  const store = scriptedStore();
  return { makeStore: () => store };
});
