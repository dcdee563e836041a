import { checkConformanceOptions } from './check-options.js';
import { conformanceChecks } from './conformance-checks.js';
import type { ConformanceOptions } from './conformance-options.js';
import { type ConformanceReport, reportOn } from './conformance-report.js';
import { newIds } from './new-ids.js';
import { randomMessageId } from './random-message-id.js';

/**
 * Tells whether a server keeps its half of the promise: it speaks `chatsocket.v1` with it as a client would, breaks
 * connections, and restarts it where a hook allows that.
 *
 * What a missing hook keeps from being seen is reported as `not checked`, never as kept. Rejects with a
 * `ConformanceSetupError` where it cannot begin: an option that cannot be used, no connection, no hello, a hook that
 * fails. Every connection that it opens is closed when it is over. It does not test authentication, rates or sizes.
 *
 * @example
 * const report = await conformance({
 *   connect: webSocketConnect({ url: 'ws://127.0.0.1:8080/ws', token: ({ user }) => tokenOf(user) }),
 *   conversation: ({ users }) => createConversation(users),
 * });
 * if (report.broken.length > 0) throw new Error(report.summary);
 */
export async function conformance(options: ConformanceOptions): Promise<ConformanceReport> {
  checkConformanceOptions(options);
  const { clauses, messageId = randomMessageId } = options;
  // What one check has used is not new for the next one, where both are in one conversation.
  const shared = { ...options, messageId: newIds(messageId) };
  const findings = [];
  for (const check of conformanceChecks) {
    if (clauses === undefined || clauses.includes(check.clause)) findings.push(await check.run(shared));
  }
  return reportOn(findings);
}
