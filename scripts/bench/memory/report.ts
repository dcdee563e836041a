/** What the measuring program hands back to its parent. Sizes are of the heap after a collection. */

export interface Flow {
  readonly title: string;
  readonly messages: number;
  /** At 10 %, 20 % … 100 % of the messages. */
  readonly heapBytes: readonly number[];
}

export interface AnswerSpeed {
  readonly chunks: number;
  /** Processor time of a chunk, in microseconds: the median over the rounds. */
  readonly cpu: number;
}

export interface AnswerHeap {
  readonly chunks: number;
  readonly textBytes: number;
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

export interface MemoryReport {
  readonly flows: readonly Flow[];
  readonly answerSpeeds: readonly AnswerSpeed[];
  readonly answerHeap: AnswerHeap;
  /** What stays of a conversation that was opened and left. */
  readonly left: { readonly conversations: number; readonly bytesEach: number };
}
