export { assertClean, type CleanlinessTargets } from './assert-clean.js';
export type { ConformanceClause } from './conformance/clauses.js';
export { conformance } from './conformance/conformance.js';
export { type ConformanceCheck, conformanceChecks } from './conformance/conformance-checks.js';
export type {
  ConformanceConnect,
  ConformanceConnection,
  ConformanceConnectRequest,
  ConformanceHookName,
  ConformanceHooks,
  ConformanceOptions,
  ConformanceTimeouts,
  LoggedMessage,
} from './conformance/conformance-options.js';
export type {
  ConformanceClauseReport,
  ConformanceFinding,
  ConformanceReport,
  ConformanceVerdict,
} from './conformance/conformance-report.js';
export { ConformanceSetupError } from './conformance/outcome.js';
export {
  type ConformanceSocket,
  type ConformanceSocketClass,
  type WebSocketConnectOptions,
  webSocketConnect,
} from './conformance/web-socket-connect.js';
export { countingIds } from './counting-ids.js';
export { createTestClient, type TestClientOptions, type TestWorld } from './create-test-client.js';
export { expectDials, expectNotSent, expectSent, expectSentTypes, type SentFrame } from './expect-sent.js';
export { type ManualClock, manualClock } from './manual-clock.js';
export { type MockPageSignals, mockPageSignals } from './mock-page-signals.js';
export { mockServer } from './mock-server.js';
export { type MockTabChannels, mockTabChannels } from './mock-tab-channels.js';
export { type MockTransport, mockTransport } from './mock-transport.js';
export type { ConnectionEnd, LostDirection, MockConnection } from './network/mock-connection.js';
export { seededRandom } from './seeded-random.js';
export type { MockLogEntry } from './server/mock-log.js';
export type { MockStream, MockStreamEnd } from './server/mock-streams.js';
export type { Dialect, ServerEnvelope } from './server/server-frames.js';
export type {
  EmitOptions,
  MockServer,
  MockServerOptions,
  NackOptions,
  StreamOptions,
} from './server/server-script.js';
export type { PendingMessage } from './server/server-state.js';
export { settle } from './settle.js';
