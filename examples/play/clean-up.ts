/** What has to be undone before the program ends, newest first. */
export interface CleanUp {
  /** Once `run` has begun, `undo` is called at once. */
  add(undo: () => void | Promise<void>): void;
  /** Undoes everything; every call gets the same promise. A failure does not keep the others from being undone. */
  run(): Promise<void>;
}

export function createCleanUp(): CleanUp {
  const steps: (() => void | Promise<void>)[] = [];
  let running: Promise<void> | null = null;

  const undoAll = async () => {
    for (let undo = steps.pop(); undo !== undefined; undo = steps.pop()) await attempt(undo);
  };
  return {
    add(undo) {
      if (running === null) steps.push(undo);
      else running = running.then(() => attempt(undo));
    },
    run() {
      running ??= undoAll();
      return running;
    },
  };
}

async function attempt(undo: () => void | Promise<void>): Promise<void> {
  try {
    await undo();
  } catch (error) {
    process.stderr.write(`While stopping: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
