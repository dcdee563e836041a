/** SV-5: how long an id is remembered. A client that was offline for a night relies on it. */

import { readNumber } from '../../server/client-frame.js';
import type { CheckPlan } from '../check-plan.js';
import type { CheckRun } from '../check-run.js';
import { expectKept } from '../outcome.js';
import { expectFirstResult, expectRecognised } from './recognition.js';

const HOUR_MS = 3_600_000;
const WINDOW_MIN_MS = 48 * HOUR_MS;

export const dedupWindowChecks: readonly CheckPlan[] = [
  { clause: 'SV-5', title: 'announces how long it knows a repeat', needs: [], perform: announced },
  { clause: 'SV-5', title: 'knows a repeat for that long', needs: ['advanceClock'], perform: remembered },
];

async function announced(run: CheckRun): Promise<string> {
  const { hello } = await run.call(run.author);
  const windowMs = readNumber(hello, 'dedupWindowMs');
  expectKept(hello['deduplicates'] === true, 'The hello does not say `deduplicates: true`.');
  expectKept(windowMs !== null, 'The hello does not say `dedupWindowMs`.');
  const hours = windowMs / HOUR_MS;
  expectKept(windowMs >= WINDOW_MIN_MS, `The hello announces ${hours} hours; a client may be away for 48.`);
  return `The hello announces ${hours} hours.`;
}

/** Clients send again what is up to an hour younger than the window. */
async function remembered(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const windowMs = readNumber(author.hello, 'dedupWindowMs') ?? WINDOW_MIN_MS;
  const said = run.draft(conversationId);
  const first = await author.place(said);
  await expectRecognised(author, said, first);
  await author.close();
  await reader.close();
  const aheadMs = Math.max(0, windowMs - HOUR_MS);
  await run.hook('advanceClock', (advance) => advance(aheadMs));

  const later = await run.callInto(conversationId);
  const hours = aheadMs / HOUR_MS;
  expectFirstResult(await later.say(said), { first, where: `a connection ${hours} hours later` });
  return `A repeat was recognised ${hours} hours later.`;
}
