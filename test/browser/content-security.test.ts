import { expect, test } from 'vitest';
import { Stage } from './stage/stage.js';
import { frameStrictPage } from './stage/strict-frame.js';

test.each([
  ['C10 chats on a page with a strict policy and trusted types, and breaks neither', false, []],
  ['C10 a page with a strict policy tells of code that is made from a text', true, ['require-trusted-types-for']],
] as const)('%s', async (_name, breaksPolicy, violations) => {
  const stage = await Stage.openForTest();
  const page = await stage.ask('openStrictPage');
  const { url } = await stage.ask('startChat', [new URL(page).origin]);
  await stage.ask('say', 'Grace', 'Is it strict here?');
  const token = await stage.ask('issueToken', 'Ada');

  const told = await frameStrictPage(page, { url, token, says: 'Very strict', breaksPolicy });

  expect(told).toMatchObject({ outcome: 'answered', shown: ['Is it strict here?', 'Very strict'], exceptions: [] });
  expect(told.violations).toEqual(violations);
});
