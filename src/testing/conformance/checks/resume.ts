/** RX-4: what a client gets that comes back. It takes `full` by its word and asks no further. */

import type { Caller, Place, Placed } from '../caller.js';
import type { CheckPlan } from '../check-plan.js';
import type { CheckRun } from '../check-run.js';
import { expectClear, expectKept } from '../outcome.js';
import type { Backlog } from '../server-frame.js';

const MISSED = 5;
const BUSY_MESSAGES = 12;
const BUSY_JOINS = 3;
/** So far beyond any head that nothing which happens meanwhile can reach it. */
const FAR = 1_000_000;

export const resumeChecks: readonly CheckPlan[] = [
  { clause: 'RX-4', title: 'gives all that was missed, in order', needs: [], perform: whole },
  { clause: 'RX-4', title: 'leaves no hole between what was missed and what is live', needs: [], perform: seamless },
  { clause: 'RX-4', title: 'recovers nothing from a place that it does not know', needs: [], perform: unknownPlace },
  { clause: 'RX-4', title: 'has one epoch for everybody', needs: [], perform: sameEpoch },
  { clause: 'RX-4', title: 'has the same epoch after a restart', needs: ['restart'], perform: keptEpoch },
  { clause: 'RX-4', title: 'says that a log is cut', needs: ['cutRetention'], perform: cut },
];

async function whole(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const after = await startingPlace(author, run, conversationId);
  await reader.close();
  const missed = await placeMany(author, { run, conversationId, count: MISSED });

  const back = await run.call(run.reader);
  const backlog = await back.join(conversationId, after);
  expectKept(
    backlog.recovered === 'full',
    `${MISSED} messages later a resume says \`recovered: ${backlog.recovered}\`.`,
  );
  expectAll(backlog, missed);
  expectOrder(backlog, after);
  const head = missed.at(-1)?.seq;
  expectKept(backlog.latestSeq === head, `A resume names the head ${backlog.latestSeq} where the log has ${head}.`);

  const atHead = await (await run.call(run.reader)).join(conversationId, { ...after, seq: head ?? after.seq });
  expectKept(atHead.recovered === 'full', `A resume from the head says \`recovered: ${atHead.recovered}\`.`);
  return `A resume after ${after.seq} gave ${missed.length} messages in order, as \`full\`.`;
}

/** The clients come back in the middle of talk, and each has to see all of it, by either way. */
async function seamless(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const after = await startingPlace(author, run, conversationId);
  const joins: { readonly caller: Caller; readonly backlog: Backlog }[] = [];
  const comeBack = async () => {
    for (let join = 0; join < BUSY_JOINS; join += 1) {
      const caller = await run.call(run.reader);
      joins.push({ caller, backlog: await caller.join(conversationId, after) });
    }
  };
  const [placed] = await Promise.all([placeMany(author, { run, conversationId, count: BUSY_MESSAGES }), comeBack()]);
  await run.quiet();

  for (const { caller, backlog } of joins) {
    const seen = new Set(backlog.entries.map(({ seq }) => seq));
    for (const { seq } of caller.eventsOf(conversationId)) seen.add(seq);
    const missing = placed.filter(({ seq }) => !seen.has(seq)).map(({ seq }) => seq);
    const claim = `A resume in the middle of talk said \`${backlog.recovered}\``;
    expectKept(missing.length === 0, `${claim}, and ${missing.join(', ')} came neither in it nor live.`);
  }
  return `${BUSY_JOINS} resumes in the middle of ${placed.length} messages left no hole.`;
}

async function unknownPlace(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const after = await startingPlace(author, run, conversationId);

  const elsewhere = await (await run.call(run.reader)).join(conversationId, { epoch: run.freshId(), seq: after.seq });
  const { recovered, epoch } = elsewhere;
  expectKept(recovered === 'none', `A resume from an unknown epoch says \`recovered: ${recovered}\`.`);
  expectKept(epoch === after.epoch, `A resume from an unknown epoch names the epoch ${epoch}, not ${after.epoch}.`);
  const beyond = await (await run.call(run.reader)).join(conversationId, { ...after, seq: after.seq + FAR });
  expectKept(beyond.recovered !== 'full', 'A resume from beyond the head says `recovered: full`.');
  return 'A resume from an unknown epoch, and one from beyond the head, did not claim to be whole.';
}

async function sameEpoch(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const { epoch } = await startingPlace(author, run, conversationId);
  await author.place(run.draft(conversationId));
  await run.quiet();

  for (const caller of [author, reader]) {
    const { epoch: told } = await caller.join(conversationId);
    expectKept(told === epoch, `The log has the epoch ${epoch} for one reader and ${told} for another.`);
    const live = caller.eventsOf(conversationId).find((event) => event.epoch !== epoch);
    expectKept(live === undefined, `A live ${live?.type} has the epoch ${live?.epoch}, the log ${epoch}.`);
  }
  return `Joins and live events name one epoch, ${epoch}.`;
}

async function keptEpoch(run: CheckRun): Promise<string> {
  const { conversationId, author } = await run.gather();
  const { epoch, seq } = await startingPlace(author, run, conversationId);
  await run.quiet();
  await run.hook('restart', (restart) => restart());

  const backlog = await run.look(conversationId);
  const isThere = backlog.entries.some((entry) => entry.seq === seq);
  expectClear(isThere, 'The log was gone after the restart, so its epoch may change; see DS-5.');
  expectKept(
    backlog.epoch === epoch,
    `The log is whole after a restart, and its epoch went from ${epoch} to ${backlog.epoch}.`,
  );
  const resumed = await (await run.call(run.reader)).join(conversationId, { epoch, seq });
  expectKept(resumed.recovered === 'full', `A resume after a restart says \`recovered: ${resumed.recovered}\`.`);
  return `The epoch ${epoch} outlived a restart.`;
}

async function cut(run: CheckRun): Promise<string> {
  const { conversationId, author, reader } = await run.gather();
  const after = await startingPlace(author, run, conversationId);
  const placed = await placeMany(author, { run, conversationId, count: MISSED });
  const throughSeq = placed[1]?.seq ?? after.seq;
  await reader.close();
  await run.hook('cutRetention', (cutRetention) => cutRetention({ conversationId, throughSeq }));

  const backlog = await (await run.call(run.reader)).join(conversationId, after);
  const given = new Set(backlog.entries.map(({ seq }) => seq));
  expectClear(!placed.every(({ seq }) => given.has(seq)), 'Nothing was cut by `hooks.cutRetention`.');
  expectKept(
    backlog.recovered !== 'full',
    `The log is cut up to ${throughSeq}, and a resume after ${after.seq} says \`full\`.`,
  );
  const head = placed.at(-1)?.seq;
  expectKept(backlog.latestSeq === head, `After a cut a resume names the head ${backlog.latestSeq} and not ${head}.`);
  const edge = await (await run.call(run.reader)).join(conversationId, { ...after, seq: throughSeq });
  expectKept(
    edge.recovered === 'full',
    `The log is whole after ${throughSeq}, and a resume from there says \`${edge.recovered}\`.`,
  );
  expectAll(edge, placed.slice(2));
  return `A resume from before a cut says \`${backlog.recovered}\`; one from its edge says \`full\`.`;
}

/** A message, and the place right behind it, from which somebody goes on later. */
async function startingPlace(author: Caller, run: CheckRun, conversationId: string): Promise<Place> {
  const { seq } = await author.place(run.draft(conversationId));
  const { epoch } = await author.join(conversationId);
  expectKept(epoch !== null, 'The answer to a join names no `epoch`.');
  return { epoch, seq };
}

async function placeMany(
  author: Caller,
  talk: { readonly run: CheckRun; readonly conversationId: string; readonly count: number },
): Promise<readonly Placed[]> {
  const placed: Placed[] = [];
  for (let index = 0; index < talk.count; index += 1) {
    placed.push(await author.place(talk.run.draft(talk.conversationId)));
  }
  return placed;
}

function expectAll({ entries, recovered }: Backlog, placed: readonly Placed[]): void {
  const given = new Set(entries.map(({ seq }) => seq));
  const missing = placed.filter(({ seq }) => !given.has(seq)).map(({ seq }) => seq);
  expectKept(missing.length === 0, `A resume said \`${recovered}\` and left out ${missing.join(', ')}.`);
}

/** Oldest first; what lies before the place may come again only because it has changed since. */
function expectOrder({ entries }: Backlog, after: Place): void {
  const fresh = entries.filter(({ seq }) => (seq ?? 0) > after.seq).map(({ seq }) => seq ?? 0);
  const isOrdered = fresh.every((seq, index) => index === 0 || seq > (fresh[index - 1] ?? 0));
  expectKept(isOrdered, `A resume gave the messages in the order ${fresh.join(', ')}.`);
  const old = entries.find(({ seq, changedSeq }) => (seq ?? 0) <= after.seq && (changedSeq ?? 0) <= after.seq);
  expectKept(old === undefined, `A resume after ${after.seq} gave ${old?.seq ?? 'a message without a number'} again.`);
}
