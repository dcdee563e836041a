/** Every server that is broken on purpose, in the order of the clauses. */

import { ackBeforeDurable } from '../broken-servers/ack-before-durable.js';
import { ackWithoutPlace } from '../broken-servers/ack-without-place.js';
import { copiesAtOnceAreTwo } from '../broken-servers/copies-at-once-are-two.js';
import { cutRangeIsComplete } from '../broken-servers/cut-range-is-complete.js';
import { deafAfterJoin } from '../broken-servers/deaf-after-join.js';
import { dedupForgottenAtRestart } from '../broken-servers/dedup-forgotten-at-restart.js';
import { dedupStoredFirst } from '../broken-servers/dedup-stored-first.js';
import { dedupStoredLater } from '../broken-servers/dedup-stored-later.js';
import { dedupWindowNotAnnounced } from '../broken-servers/dedup-window-not-announced.js';
import { dedupWindowTooShort } from '../broken-servers/dedup-window-too-short.js';
import { deletionWithoutTombstone } from '../broken-servers/deletion-without-tombstone.js';
import { editWithoutNumber } from '../broken-servers/edit-without-number.js';
import { epochForEachReader } from '../broken-servers/epoch-for-each-reader.js';
import { fullAfterACut } from '../broken-servers/full-after-a-cut.js';
import { helloWithoutHeads } from '../broken-servers/hello-without-heads.js';
import { holesForOneReader } from '../broken-servers/holes-for-one-reader.js';
import { idsSharedByConversations } from '../broken-servers/ids-shared-by-conversations.js';
import { idsSharedByUsers } from '../broken-servers/ids-shared-by-users.js';
import { newEpochAtRestart } from '../broken-servers/new-epoch-at-restart.js';
import { numberCheckedBeforeRepeat } from '../broken-servers/number-checked-before-repeat.js';
import { otherContentIsSwallowed } from '../broken-servers/other-content-is-swallowed.js';
import { otherContentIsTaken } from '../broken-servers/other-content-is-taken.js';
import { pageNewestFirst } from '../broken-servers/page-newest-first.js';
import { pongWithStaleHeads } from '../broken-servers/pong-with-stale-heads.js';
import { pongWithoutHeads } from '../broken-servers/pong-without-heads.js';
import { producerNumbersIgnored } from '../broken-servers/producer-numbers-ignored.js';
import { rangeWithHole } from '../broken-servers/range-with-hole.js';
import { repeatGetsNewPlace } from '../broken-servers/repeat-gets-new-place.js';
import { repeatIsToldAgain } from '../broken-servers/repeat-is-told-again.js';
import { resumeNewestFirst } from '../broken-servers/resume-newest-first.js';
import { resumeWithHole } from '../broken-servers/resume-with-hole.js';
import { typingTakesANumber } from '../broken-servers/typing-takes-a-number.js';
import { unknownPlaceIsFull } from '../broken-servers/unknown-place-is-full.js';
import { usedNumberIsTaken } from '../broken-servers/used-number-is-taken.js';
import { windowIsShuffled } from '../broken-servers/window-is-shuffled.js';
import type { Sabotage } from './sabotage.js';

export const brokenServers: readonly Sabotage[] = [
  ackBeforeDurable,
  ackWithoutPlace,
  idsSharedByConversations,
  idsSharedByUsers,
  copiesAtOnceAreTwo,
  repeatGetsNewPlace,
  repeatIsToldAgain,
  otherContentIsSwallowed,
  otherContentIsTaken,
  dedupForgottenAtRestart,
  dedupStoredFirst,
  dedupStoredLater,
  dedupWindowNotAnnounced,
  dedupWindowTooShort,
  numberCheckedBeforeRepeat,
  producerNumbersIgnored,
  usedNumberIsTaken,
  windowIsShuffled,
  deletionWithoutTombstone,
  editWithoutNumber,
  holesForOneReader,
  typingTakesANumber,
  helloWithoutHeads,
  pongWithStaleHeads,
  pongWithoutHeads,
  cutRangeIsComplete,
  deafAfterJoin,
  epochForEachReader,
  fullAfterACut,
  newEpochAtRestart,
  pageNewestFirst,
  rangeWithHole,
  resumeNewestFirst,
  resumeWithHole,
  unknownPlaceIsFull,
];
