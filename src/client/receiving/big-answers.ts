/** An answer that was too big to be read: what was asked for is asked for again, in smaller pieces. */

import type { GapFiller } from './gap-filler.js';
import type { Joins } from './joins.js';
import type { OlderPages } from './older-pages.js';

export class BigAnswers {
  readonly #gaps: GapFiller;
  readonly #pages: OlderPages;

  constructor(gaps: GapFiller, pages: OlderPages) {
    this.#gaps = gaps;
    this.#pages = pages;
  }

  /**
   * Nothing of the frame is known. Servers answer in order, so it is taken for the answer to the oldest join; where none
   * is open, to a range or a page. One that is wrongly suspected is answered all the same, and only asked for twice.
   * False if nothing is open: then it was an event, and leaves a hole.
   */
  askForLess(joins: Joins): boolean {
    if (joins.askForLess()) return true;
    return joins.isInUse && (this.#gaps.askForLess() || this.#pages.askForLess());
  }
}
