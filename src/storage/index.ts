export type {
  OutboxRows,
  OutboxStore,
  OutboxStoreEvents,
  OutboxStoreRequest,
  StoredMessage,
} from '../ports/outbox-store.js';
export {
  type ChannelClass,
  type IndexedDbOutboxStoreOptions,
  indexedDbOutboxStore,
  type Locks,
  type OutboxCodec,
} from './indexed-db-outbox-store.js';
export { memoryOutboxStore } from './memory-outbox-store.js';
