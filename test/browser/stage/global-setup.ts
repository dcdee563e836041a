/** Starts the Node side of the tests in the browser, and tells them where it is. */
import type { TestProject } from 'vitest/node';
import { startStageServer } from './stage-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    readonly stageUrl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startStageServer();
  project.provide('stageUrl', server.url);
  return () => server.close();
}
