import { onTestFinished } from 'vitest';
import type { StrictOutcome, StrictTask } from './strict-task.js';
import { until } from './until.js';

interface FrameOptions {
  /** `own`: that of its server, which is not the test's. `none`: the browser sends `null`. */
  readonly origin?: 'own' | 'none';
}

/** Has the page at this address do its task in a frame of this page. */
export async function frameStrictPage(
  address: string,
  task: StrictTask,
  { origin = 'own' }: FrameOptions = {},
): Promise<StrictOutcome> {
  const frame = document.createElement('iframe');
  if (origin === 'none') frame.setAttribute('sandbox', 'allow-scripts');
  frame.src = `${address}#${encodeURIComponent(JSON.stringify(task))}`;
  onTestFinished(() => frame.remove());
  const told: StrictOutcome[] = [];
  await until({
    what: 'the outcome of the strict page',
    watch(look) {
      const listen = ({ source, data }: MessageEvent) => {
        if (source !== frame.contentWindow) return;
        // The page says nothing else.
        told.push(data as StrictOutcome);
        look();
      };
      addEventListener('message', listen);
      document.body.append(frame);
      return () => removeEventListener('message', listen);
    },
    isThere: () => told.length > 0,
  });
  const [outcome] = told;
  if (outcome === undefined) throw new Error('The strict page told nothing.');
  return outcome;
}
