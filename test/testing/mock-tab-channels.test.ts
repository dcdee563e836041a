import { expect, test } from 'vitest';
import { mockTabChannels, settle } from '../../src/testing/index.js';

test('carries a copy of a message to every other open channel of its name, after the code that posts it', async () => {
  const { open, posted } = mockTabChannels();
  const heard: unknown[] = [];
  const channel = open('own', (message) => heard.push(['itself', message]));
  open('own', (message) => heard.push(['the same', message]));
  open('other', (message) => heard.push(['another', message]));
  const closing = open('own', (message) => heard.push(['a closed one', message]));
  const message = { list: [1] };

  channel?.post(message);
  message.list.push(2);
  const heardAtOnce = [...heard];
  closing?.close();
  await settle();

  expect(heardAtOnce).toEqual([]);
  expect(heard).toEqual([['the same', { list: [1] }]]);
  expect(posted).toHaveLength(1);
});

test('I10 counts the channels that are open, and lets a test speak to all of them', async () => {
  const tabs = mockTabChannels();
  const heard: unknown[] = [];
  const first = tabs.open('first', (message) => heard.push(message));
  tabs.open('second', (message) => heard.push(message));
  const countOpen = tabs.openCount;

  tabs.post('to all');
  await settle();
  first?.close();
  first?.close();

  expect([countOpen, tabs.openCount]).toEqual([2, 1]);
  expect(heard).toEqual(['to all', 'to all']);
});
