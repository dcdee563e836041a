export type {
  OutboxRows,
  OutboxStore,
  OutboxStoreEvents,
  OutboxStoreRequest,
  StoredMessage,
} from '../ports/outbox-store.js';
export { memoryOutboxStore } from './memory-outbox-store.js';
