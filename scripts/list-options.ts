/**
 * `npm run options`: writes docs/options.md from the comments beside the options and from what the code does with them.
 * With `--check` it fails instead if the page is stale. It always fails where a comment names another default or range than
 * the code has, and where nobody says in which version an option came.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { connectionTokenProvider } from '../src/platform/token-providers/connection-token-provider.js';
import { refreshTokenProvider } from '../src/platform/token-providers/refresh-token-provider.js';
import { envelopeProtocol, streamingProtocol, threadProtocol } from '../src/protocols/index.js';
import { isEnabled, OwnedClient } from '../src/react/owned-client.js';
import { indexedDbOutboxStore } from '../src/storage/index.js';
import { webSocketTransport } from '../src/transports/index.js';
import { versionOf } from './option-versions.js';
import { accepted, clientDefault, type Make, makeClientOptions } from './probe-options.js';
import { type DocumentedOption, readOptions } from './read-options.js';
import { ROOT } from './rules/source-tree.js';

interface Section {
  readonly title: string;
  readonly path: string;
  readonly type: string;
  /** Before each name: `outbox`. */
  readonly prefix?: string;
  readonly intro: string;
  /** Null where nothing is made at once. */
  readonly make: Make | null;
}

const CLIENT = 'src/client/options/options.ts';
const HOOK = 'src/react/hook-options.ts';

/** The values are wrong on purpose, so no type fits. */
function making<Options>(make: (options: Options) => unknown): Make {
  return (options) => make(options as Options);
}

function group(prefix: string, type: string, intro: string): Section {
  return { title: `\`${prefix}\``, path: CLIENT, type, prefix, intro, make: makeClientOptions(prefix) };
}

const SECTIONS: readonly Section[] = [
  {
    title: '`ChatSocketClient`',
    path: CLIENT,
    type: 'ChatSocketOptions',
    intro:
      'Of `new ChatSocketClient(…)`, and of `useChatSocket(…)` and `<ChatSocketProvider …>` where they make a client.',
    make: makeClientOptions(null),
  },
  group('reconnect', 'ReconnectOptions', 'How the client comes back. A protocol may bring along defaults of its own.'),
  group('heartbeat', 'HeartbeatOptions', 'How it notices a dead link. A protocol may bring along defaults of its own.'),
  group('timeouts', 'TimeoutOptions', 'How long each step of a dial may take.'),
  group('outbox', 'OutboxOptions', 'How messages wait for the server.'),
  group('inbox', 'InboxOptions', 'How messages come in.'),
  {
    title: '`useChatSocket`, `ChatSocketProvider`',
    path: HOOK,
    type: 'OwnClientOptions',
    intro: 'Beside those of the client, where the component makes one:',
    make: making<ConstructorParameters<typeof OwnedClient>[0]>((options) => [
      new OwnedClient({ ...options, url: 'ws://127.0.0.1/' }, null),
      isEnabled(options),
    ]),
  },
  {
    title: 'A client that is there',
    path: HOOK,
    type: 'GivenClientOptions',
    intro: 'Of both, instead of all others. Below a provider, `conversationId` alone will do.',
    make: null,
  },
  {
    title: 'Listeners',
    path: HOOK,
    type: 'UseChatSocketOptions',
    intro: 'Of `useChatSocket`, whoever made the client.',
    make: null,
  },
  {
    title: '`send(content, options)`',
    path: 'src/client/send-options.ts',
    type: 'SendOptions',
    intro: 'A wrong one throws `usage/invalid-argument` at once, and nothing is sent.',
    make: null,
  },
  {
    title: '`messages(options)`',
    path: 'src/client/receiving/message-reader.ts',
    type: 'MessagesOptions',
    intro: 'A wrong one throws `usage/invalid-argument` at once.',
    make: null,
  },
  {
    title: '`envelopeProtocol`',
    path: 'src/protocols/envelope/envelope.ts',
    type: 'EnvelopeProtocolOptions',
    intro: 'From `chatsocket/protocols`; the [page](protocols/envelope.md).',
    make: making(envelopeProtocol),
  },
  {
    title: '`streamingProtocol`',
    path: 'src/protocols/streaming/streaming.ts',
    type: 'StreamingProtocolOptions',
    intro: 'From `chatsocket/protocols`; the [page](protocols/streaming.md).',
    make: making(streamingProtocol),
  },
  {
    title: '`threadProtocol`',
    path: 'src/protocols/thread/thread.ts',
    type: 'ThreadProtocolOptions',
    intro: 'From `chatsocket/protocols`; the [page](protocols/thread.md).',
    make: making(threadProtocol),
  },
  {
    title: '`webSocketTransport`',
    path: 'src/transports/web-socket.ts',
    type: 'WebSocketTransportOptions',
    intro:
      'From `chatsocket/transports`. Both at once throw; what cannot make a socket stops the client when it dials.',
    make: making(webSocketTransport),
  },
  {
    title: '`indexedDbOutboxStore`',
    path: 'src/storage/indexed-db-outbox-store.ts',
    type: 'IndexedDbOutboxStoreOptions',
    intro: 'From `chatsocket/storage`; the [page](storage.md). `memoryOutboxStore` has no options.',
    make: making(indexedDbOutboxStore),
  },
  {
    title: '`connectionTokenProvider`',
    path: 'src/platform/token-providers/connection-token-provider.ts',
    type: 'ConnectionTokenOptions',
    intro: 'For the option `token`.',
    make: making(connectionTokenProvider),
  },
  {
    title: '`refreshTokenProvider`',
    path: 'src/platform/token-providers/refresh-token-provider.ts',
    type: 'RefreshTokenOptions',
    intro: 'For the option `token`.',
    make: making(refreshTokenProvider),
  },
];

function sectionOf({ title, path, type, prefix, intro, make }: Section): string {
  const rows = readOptions(path, type).map((option) => {
    const range = make === null ? null : accepted(make, option);
    if (prefix !== undefined) expectTrueDefault(prefix, option);
    if (range !== null) expectTrueRange(option, range);
    const isNumber = option.type === 'number';
    return [
      `\`${prefix === undefined ? '' : `${prefix}.`}${option.name}\``,
      `\`${option.type}\``,
      option.isRequired ? '**needed**' : (option.fallback ?? '–'),
      range === null ? '–' : withUnit(range, isNumber ? option.name : ''),
      versionOf(type, option.name),
      option.meaning || (prefix === undefined ? `see [\`${option.name}\`](#${option.name})` : '–'),
    ];
  });
  return [`## ${title}`, intro, table(['option', 'type', 'default', 'accepted', 'since', 'meaning'], rows)].join(
    '\n\n',
  );
}

/** A comment that says another default than the code has would be believed. */
function expectTrueDefault(prefix: string, { name, fallback }: DocumentedOption): void {
  const actual = clientDefault(prefix, name);
  if (actual === null || actual === undefined) return;
  const said = (fallback ?? '').replaceAll(/[`,]/g, '').split(' ')[0];
  if (said !== String(actual)) {
    throw new Error(`The comment of ${prefix}.${name} says "${fallback}", but its default is ${String(actual)}.`);
  }
}

function expectTrueRange({ name, meaning }: DocumentedOption, range: string): void {
  const said = /\b(\d[\d,]*) to (\d[\d,]*)[;.]/.exec(meaning);
  if (said === null || withUnit(range, '').endsWith(`${said[1]} to ${said[2]}`)) return;
  throw new Error(`The comment of ${name} says "${said[0]}", but it may be ${range}.`);
}

const UNITS: readonly (readonly [ending: RegExp, unit: string])[] = [
  [/Ms$/, ' ms'],
  [/[bB]ytesMax$/, ' bytes'],
  [/PerSecond$/, ' a second'],
  [/PerMinuteMax$/, ' a minute'],
  [/LengthMax$/, ' UTF-16 code units'],
];

/** `a number from 0 to 600000` as `0 to 600,000 ms`. */
function withUnit(range: string, name: string): string {
  const unit = UNITS.find(([ending]) => ending.test(name))?.[1] ?? '';
  return range
    .replace(/^a number from/, '')
    .replace(/^a whole number from/, 'whole,')
    .replaceAll(/\d{4,}/g, (digits) => Number(digits).toLocaleString('en-US'))
    .trim()
    .concat(unit);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function optionsPage(): string {
  return `${[
    '# Options',
    '<!-- Made by `npm run options` from the comments beside the options, and from what the code accepts. -->',
    [
      'Only `url` is needed. A wrong value, or a name that is none, throws `usage/invalid-option` when the thing is made, before',
      'anything has happened; `fields.option` of the error names it, and `fields.accepted` (of a protocol: `fields.range`) is the',
      'column “accepted”. Where that is “–”, nothing is looked at before it is used. The last part of a name is its unit: `Ms` are',
      'milliseconds.',
    ].join('\n'),
    ...SECTIONS.map(sectionOf),
  ].join('\n\n')}\n`;
}

const page = `${ROOT}docs/options.md`;

if (!process.argv.includes('--check')) {
  writeFileSync(page, optionsPage());
} else if (readFileSync(page, 'utf8') !== optionsPage()) {
  console.error('docs/options.md is not what the sources say: run `npm run options`.');
  process.exitCode = 1;
}
