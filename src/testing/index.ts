export { countingIds } from './counting-ids.js';
export { expectDials, expectNotSent, expectSent, expectSentTypes, type SentFrame } from './expect-sent.js';
export { type ManualClock, manualClock } from './manual-clock.js';
export type { ConnectionEnd, LostDirection, MockConnection } from './mock-connection.js';
export { type MockPageSignals, mockPageSignals } from './mock-page-signals.js';
export { type MockTransport, mockTransport } from './mock-transport.js';
export { seededRandom } from './seeded-random.js';
export { settle } from './settle.js';
