/** What a program says decides when it serves. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { LeashedProgram } from '../../examples/django/launch/leashed-program.js';

const PYTHON = 'python3';

async function start(script: string): Promise<LeashedProgram> {
  const program = await LeashedProgram.start({
    python: PYTHON,
    command: [PYTHON, '-c', script],
    environment: {},
    readyWhen: /serving at (\d+)/,
  });
  onTestFinished(() => program.kill());
  return program;
}

describe('a program on a leash', () => {
  test('is ready by what it says, however much it says in the same breath', async () => {
    const program = await start("import time; print('serving at 80' + '.' * 20_000, flush=True); time.sleep(60)");

    expect(program.saying).toBe('80');
  });

  test('one that ends before it is ready is told with its last words', async () => {
    await expect(start("print('no port is free')")).rejects.toThrow('no port is free');
  });
});
