import { afterEach, expect, test, vi } from 'vitest';
import { consoleLogger } from '../../src/platform/console-logger.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('writes a line with its fields to the console method of its level', () => {
  const lines = captureConsole();

  consoleLogger('debug')('warn', 'Connection lost.', { code: 1006, clean: false, reason: null });

  expect(lines).toEqual(['warn: [chatsocket] Connection lost. code=1006 clean=false reason=null']);
});

test('leaves out what matters less than its level, which is info by default', () => {
  const lines = captureConsole();
  const log = consoleLogger();

  for (const level of ['debug', 'info', 'warn', 'error'] as const) log(level, level, {});

  expect(lines).toEqual(['info: [chatsocket] info', 'warn: [chatsocket] warn', 'error: [chatsocket] error']);
});

test('C16 escapes what could forge, hide or turn round a line', () => {
  const lines = captureConsole();

  consoleLogger()('info', 'a\nb', { reason: 'x\r\n[chatsocket] fake\u001b[2J\u2028\u202e\u0000\u009b' });

  expect(lines).toEqual([
    'info: [chatsocket] a\\u000ab reason=x\\u000d\\u000a[chatsocket] fake\\u001b[2J\\u2028\\u202e\\u0000\\u009b',
  ]);
});

test('C16 cuts a long value at 256 characters', () => {
  const lines = captureConsole();

  consoleLogger()('info', 'm', { reason: 'x'.repeat(10_000) });

  expect(lines).toEqual([`info: [chatsocket] m reason=${'x'.repeat(256)}…`]);
});

function captureConsole(): string[] {
  const lines: string[] = [];
  const write = (level: string) => (line: string) => lines.push(`${level}: ${line}`);
  vi.stubGlobal('console', { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') });
  return lines;
}
