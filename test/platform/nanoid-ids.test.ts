import { afterEach, describe, expect, test, vi } from 'vitest';
import { nanoidIds } from '../../src/platform/nanoid-ids.js';

const UUID_V4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const COUNT = 10_000;

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Message ids', () => {
  test('come from crypto.randomUUID where there is one', () => {
    vi.stubGlobal('crypto', { randomUUID: () => 'the platform made it' });

    const id = nanoidIds().messageId();

    expect(id).toBe('the platform made it');
  });

  test.each([
    ['with', undefined],
    ['without', { getRandomValues: crypto.getRandomValues.bind(crypto) }],
  ])('are version 4 UUIDs, each another, %s crypto.randomUUID', (_name, stub) => {
    if (stub !== undefined) vi.stubGlobal('crypto', stub);
    const ids = nanoidIds();

    const made = Array.from({ length: COUNT }, () => ids.messageId());

    expect(made.filter((id) => !UUID_V4.test(id))).toEqual([]);
    expect(new Set(made).size).toBe(COUNT);
  });
});

test.each([
  ['with', undefined],
  ['without', { getRandomValues: crypto.getRandomValues.bind(crypto) }],
])('C19 no id comes from Math.random, %s crypto.randomUUID', (_name, stub) => {
  if (stub !== undefined) vi.stubGlobal('crypto', stub);
  const rolls = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const ids = nanoidIds();

  const made = Array.from({ length: COUNT }, (_, index) => (index % 2 === 0 ? ids.messageId() : ids.shortId()));

  expect(rolls).not.toHaveBeenCalled();
  expect(new Set(made).size).toBe(COUNT);
  rolls.mockRestore();
});

test('Short ids have ten characters that a URL can hold, each another', () => {
  const ids = nanoidIds();

  const made = Array.from({ length: COUNT }, () => ids.shortId());

  expect(made.filter((id) => !/^[\w-]{10}$/.test(id))).toEqual([]);
  expect(new Set(made).size).toBe(COUNT);
});
