import { judge } from '../../../examples/play/script/checker.js';
import { evidenceOf } from '../runner/evidence.js';
import { findLost, isTwiceInOneLog } from '../runner/report.js';
import type { Invariant } from './invariant.js';
import { EDITED } from './views.js';

export const acksAreTrue = (): Invariant => ({
  id: 'I5',
  sentence: 'A message is told to be acked only if the log has it at that seq.',
  told(world, _life, told) {
    if (told.name !== 'message-acked') return;
    const { clientMessageId, receipt } = told.payload;
    const places = world.server.truth.placesOf(clientMessageId);
    if (places.some(({ seq }) => receipt.seq === null || seq === receipt.seq)) return;
    world.violate(
      'I5',
      `${clientMessageId} is acked at ${receipt.seq}, and the log has it at ${places.map(({ seq }) => seq).join(' ') || 'no place'}`,
    );
  },
});

export const nothingIsLost = (): Invariant => ({
  id: 'I1',
  sentence: 'Every message that was taken is in the outbox, acked, or told to have failed.',
  settled(world) {
    const [lost] = findLost(world);
    if (lost !== undefined) world.violate('I1', `${lost.outgoing.id} is lost`);
  },
});

export const judgedLikeReality = (): Invariant => ({
  id: 'L2',
  sentence: 'The judge of real runs finds nothing lost, doubled, unexpected or out of order.',
  settled(world) {
    const { findings } = judge(evidenceOf(world));
    // A server that forgot what it had stores second copies, and those come where they come.
    const finding = findings.find(({ kind }) => !world.forgotDedup || kind === 'unexpected');
    if (finding === undefined) return;
    world.violate('L2', `${finding.text} is ${finding.kind} in ${finding.conversationId} (${finding.where})`);
  },
});

export const saysWhatWasSaid = (): Invariant => ({
  id: 'DS-5',
  sentence: 'The log has the words of a message as they were last, unless it was changed there.',
  settled(world) {
    // Another tab, or the next life, may have had an earlier version of a row.
    const own = world.attempts.filter(({ outgoing: { id }, life }) => !life.isOver && !life.lostRows.has(id));
    const texts = new Map(own.map(({ outgoing, text }) => [outgoing.id, text.trim()]));
    for (const { conversationId, entries } of world.server.truth.logs) {
      for (const entry of entries) {
        if (entry?.kind !== 'message' || entry.deleted || entry.content.startsWith(EDITED)) continue;
        const text = texts.get(entry.clientMessageId ?? '');
        if (text === undefined || text === entry.content) continue;
        return world.violate('DS-5', `${entry.clientMessageId} is in ${conversationId} with other words than it has`);
      }
    }
  },
});

export const nothingIsDoubled = (): Invariant => ({
  id: 'G2',
  sentence: 'No message is twice in one log, unless the server forgot what it had.',
  settled(world) {
    if (world.forgotDedup) return;
    const doubled = world.attempts.find(({ outgoing }) => isTwiceInOneLog(world, outgoing.id));
    if (doubled !== undefined) world.violate('G2', `${doubled.outgoing.id} is twice in a log`);
  },
});

export const settlesOnce = (): Invariant => ({
  id: 'I6',
  sentence: 'A message ends once, and never changes after that.',
  told(world, life, told) {
    if (told.name !== 'message-acked' && told.name !== 'message-failed') return;
    const attempt = life.attempts.get(told.payload.clientMessageId);
    if (attempt === undefined) return;
    if (attempt.settledCount > 1) world.violate('I6', `${attempt.outgoing.id} ended ${attempt.settledCount} times`);
  },
});
