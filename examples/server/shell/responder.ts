/** Speaks for the assistant, a few words at a time. A responder that asks a model has the same face. */

import { answerTo, chunksOf } from '../engine/bot.js';

export interface AnswerSink {
  extend(streamId: string, text: string): void;
  end(streamId: string, status: 'done' | 'failed'): void;
}

export interface Responder {
  start(streamId: string, question: string): void;
  /** Harmless for an answer that is over. */
  stop(streamId: string): void;
  close(): void;
}

export interface CannedResponderOptions {
  readonly sink: AnswerSink;
  readonly chunkIntervalMs: number;
}

export function cannedResponder({ sink, chunkIntervalMs }: CannedResponderOptions): Responder {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function stop(streamId: string): void {
    clearTimeout(timers.get(streamId));
    timers.delete(streamId);
  }

  function say(streamId: string, chunks: readonly string[], next: number): void {
    const timer = setTimeout(() => {
      const chunk = chunks[next];
      if (chunk === undefined) {
        timers.delete(streamId);
        sink.end(streamId, 'done');
        return;
      }
      say(streamId, chunks, next + 1);
      sink.extend(streamId, chunk);
    }, chunkIntervalMs);
    timers.set(streamId, timer);
  }

  return {
    start: (streamId, question) => say(streamId, chunksOf(answerTo(question)), 0),
    stop,
    close() {
      for (const streamId of [...timers.keys()]) stop(streamId);
    },
  };
}
