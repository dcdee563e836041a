import { describe, expect, test } from 'vitest';
import { globalViolations } from '../../scripts/rules/global-rules.js';
import { importViolations } from '../../scripts/rules/import-rules.js';
import { printViolation, readSourceTree } from '../../scripts/rules/source-tree.js';

/** What the rules say of a tree that exists only here. */
function judge(files: Readonly<Record<string, string>>): string[] {
  const tree = new Map(Object.entries(files));
  return [...importViolations(tree), ...globalViolations(tree)].map(printViolation);
}

const tree = readSourceTree(['src', 'examples']);

describe('the source', () => {
  test('keeps to the layers, the packages and their places', () => {
    const violations = importViolations(tree).map(printViolation);

    expect(violations).toEqual([]);
  });

  test('uses no name of the platform in a pure layer', () => {
    const violations = globalViolations(tree).map(printViolation);

    expect(violations).toEqual([]);
  });
});

describe('the import rules', () => {
  const target = { 'src/client/loop.ts': 'export const loop = 1;', 'src/core/state.ts': 'export const state = 1;' };

  test.each([
    ['the core reaching up', 'src/core/a.ts', "import { loop } from '../client/loop.js';"],
    ['a type reaching up', 'src/core/a.ts', "import type { Loop } from '../client/loop.js';"],
    ['an import inside a type', 'src/core/a.ts', "export type A = import('../client/loop.js').Loop;"],
    ['an import at run time', 'src/core/a.ts', "export const a = () => import('../client/loop.js');"],
    ['an export from elsewhere', 'src/core/a.ts', "export { loop } from '../client/loop.js';"],
    ['code of the core in the ports', 'src/ports/a.ts', "import { state } from '../core/state.js';"],
    ['one adapter in another', 'src/transports/a.ts', "import { b } from '../platform/b.js';"],
    ['an inner file of the client in the watchers', 'src/react/a.ts', "import { loop } from '../client/loop.js';"],
    ['code of the core in the watchers', 'src/testing/a.ts', "import { state } from '../core/state.js';"],
    ['one watcher in another', 'src/react/a.ts', "import { b } from '../testing/b.js';"],
    ['an adapter chosen anywhere', 'src/client/a.ts', "import { b } from '../platform/b.js';"],
    ['a layer without a rule', 'src/extras/a.ts', "import { state } from '../core/state.js';"],
    ['a package out of its place', 'src/client/a.ts', "import { nanoid } from 'nanoid';"],
    ['a part of a package out of its place', 'src/react/a.ts', "import { z } from 'zod/mini';"],
    ['a package of Node', 'src/client/a.ts', "import { readFileSync } from 'node:fs';"],
    ['a package that nobody may import', 'src/react/a.ts', "import confetti from 'confetti';"],
    ['a schema at run time', 'src/protocols/a.ts', "import { schema } from './thread/schema.js';"],
    ['an index inside the source', 'src/react/a.ts', "import { client } from '../index.js';"],
    ['a folder', 'src/platform/a.ts', "import { socket } from '../transports';"],
    ['a file that is not there', 'src/core/a.ts', "import { gone } from './gone.js';"],
    ['the source in an example', 'examples/a.ts', "import { state } from '../src/core/state.js';"],
  ])('refuse %s', (_what, path, text) => {
    const violations = judge({
      ...target,
      'src/index.ts': '',
      'src/platform/b.ts': 'export const b = 1;',
      'src/testing/b.ts': 'export const b = 1;',
      'src/transports/index.ts': 'export const socket = 1;',
      'src/protocols/thread/schema.ts': 'export const schema = 1;',
      [path]: text,
    });

    expect(violations.filter((line) => line.startsWith(`${path}:1 `))).not.toEqual([]);
  });

  test.each([
    ['the core in the core', 'src/core/a.ts', "import { state } from './state.js';"],
    ['types of the core in the ports', 'src/ports/a.ts', "import type { State } from '../core/state.js';"],
    ['code of the core in an adapter', 'src/platform/a.ts', "import { state } from '../core/state.js';"],
    ['types of an adapter in the client', 'src/client/a.ts', "import type { B } from '../platform/b.js';"],
    [
      'adapters where they are wired',
      'src/client/options/resolve-options.ts',
      "import { b } from '../../platform/b.js';",
    ],
    ['what the package shows of the client', 'src/react/a.ts', "import { loop } from '../client/loop.js';"],
    ['a package in its place', 'src/react/a.ts', "import { useState } from 'react';"],
    ['the type of a schema', 'src/protocols/a.ts', "import type { Frame } from './thread/schema.js';"],
    ['the package in an example', 'examples/a.ts', "import { ChatSocketClient } from 'chatsocket';"],
  ])('allow %s', (_what, path, text) => {
    const violations = judge({
      ...target,
      'src/index.ts': "export { loop } from './client/loop.js';",
      'src/platform/b.ts': 'export const b = 1;',
      'src/protocols/thread/schema.ts': 'export const schema = 1;',
      [path]: text,
    });

    expect(violations).toEqual([]);
  });

  test('find a circle and print its way', () => {
    const violations = judge({
      'src/core/a.ts': "import type { B } from './b.js';",
      'src/core/b.ts': "import type { C } from './c.js';",
      'src/core/c.ts': "import type { A } from './a.js';",
    });

    expect(violations).toEqual([
      'src/core/c.ts:1 closes a circle: src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts',
    ]);
  });
});

describe('the rule of globals', () => {
  test.each([
    ['src/core/a.ts', 'export const a = () => Date.now();', 'uses the global Date'],
    ['src/core/a.ts', "export const a = Date.parse('');", 'uses the global Date'],
    ['src/core/a.ts', 'export const a = () => Math.random();', 'rolls dice with Math.random'],
    ['src/core/a.ts', 'setTimeout(() => undefined, 1);', 'uses the global setTimeout'],
    ['src/core/a.ts', 'export const a = { now: performance.now() };', 'uses the global performance'],
    ['src/core/a.ts', 'export const a = async () => Promise.resolve();', 'uses the global Promise'],
    ['src/core/a.ts', 'export const a = [globalThis];', 'uses the global globalThis'],
    ['src/ports/a.ts', 'export const a = window;', 'uses the global window'],
    ['src/errors/a.ts', 'export const a = { console };', 'uses the global console'],
    ['src/protocols/a.ts', 'export class A extends EventTarget {}', 'uses the global EventTarget'],
    ['src/client/a.ts', "export const a = (b = fetch('')) => b;", 'uses the global fetch'],
  ])('refuses in %s: %s', (path, text, message) => {
    const violations = judge({ [path]: text });

    expect(violations).toEqual([`${path}:1 ${message}`]);
  });

  test.each([
    ['src/core/a.ts', 'export const a = (b: Date): Map<string, Element> => new Map();'],
    ['src/core/a.ts', 'export interface A extends EventTarget { window: string }'],
    ['src/core/a.ts', "export const a = (b: { fetch: string }) => ({ window: b.fetch, ['x']: Math.min(1, 2) });"],
    ['src/core/a.ts', 'export function a(name: string, { status }: { status: number }) { return [name, status]; }'],
    ['src/protocols/a.ts', "export const a = Date.parse('1970-01-01');"],
    ['src/client/a.ts', 'export const a = async () => Promise.all([new AbortController()]);'],
    ['src/platform/a.ts', 'export const a = () => Date.now() + Math.random();'],
  ])('allows in %s: %s', (path, text) => {
    const violations = judge({ [path]: text });

    expect(violations).toEqual([]);
  });
});
