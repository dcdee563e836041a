import { expect, test } from 'vitest';
import { Stage } from './stage/stage.js';
import { frameStrictPage } from './stage/strict-frame.js';

test.each([
  ['C10 the built package chats on a page with a strict policy and trusted types, and breaks neither', false, []],
  ['C10 a page with a strict policy tells of code that is made from a text', true, ['require-trusted-types-for']],
] as const)('%s', async (_name, breaksPolicy, violations) => {
  const stage = await Stage.openForTest();
  const page = await stage.ask('openStrictPage');
  const { url } = await stage.ask('startChat', [new URL(page).origin]);
  await stage.ask('say', 'Grace', 'Is it strict here?');
  const tokens = [await stage.ask('issueToken', 'Ada'), await stage.ask('issueToken', 'Ada')] as const;

  const says = ['Hello @bot', 'Very strict'] as const;
  const told = await frameStrictPage(page, { url, tokens, says, breaksPolicy });

  expect(told).toMatchObject({ outcome: 'answered', kept: 0, exceptions: [] });
  expect(told.shown).toEqual(['Is it strict here?', says[0], expect.stringContaining('Hello!'), says[1]]);
  expect(told.violations).toEqual(violations);
});
