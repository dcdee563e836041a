/** `npm run statuses`: writes docs/status.md from the words of `explain()`. With `--check` it fails instead if the page is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { ConnectionSnapshot } from '../src/client/chat-snapshot.js';
import { explainConnection } from '../src/client/explain.js';
import type { CloseCause, CloseKind } from '../src/core/connection/close-cause.js';
import { type CloseAction, type CloseVerdict, readCloseCode } from '../src/core/connection/close-code.js';
import { envelopeProtocol } from '../src/protocols/index.js';
import { ROOT } from './rules/source-tree.js';

const NOW_MS = 0;

type Status = ConnectionSnapshot['status'];
type Phase = Extract<ConnectionSnapshot, { status: 'connecting' }>['phase'];
type Reason = Extract<ConnectionSnapshot, { status: 'closed' }>['reason'];

interface Shown {
  readonly connection: ConnectionSnapshot;
  /** What the application should put before its user. */
  readonly forUser: string;
}

const CONNECTING = { status: 'connecting', attempt: 0, attemptsMax: null, retryAtMs: null, cause: null } as const;

const IN_PHASE: Readonly<Record<Phase, string>> = {
  authorizing: '“Connecting…” on a first connection; after a loss nothing until `showOffline`',
  dialing: 'the same',
  joining: 'the same',
  waiting: '“Reconnecting… 2/5 in 4 s” and a button for `reconnect()`, once `showOffline` is true',
};

const WHEN_CLOSED: Readonly<Record<Reason, string>> = {
  initial: 'nothing: `connect()` is yours to call',
  client: 'nothing, or “Offline” where the user chose that',
  stopped: 'why (see the causes below) and the way back: most often “Sign in again”, then `connect()`',
  exhausted: '“No connection. Try again” with a button for `connect()`; only with `reconnect.attemptsMax`',
  disposed: 'nothing: the view is gone',
};

/** Every status with its phases and reasons, in the order of a life. */
const LIFE: Readonly<Record<Status, readonly (readonly [name: string, shown: Shown])[]>> = {
  connecting: entriesOf(IN_PHASE).map(([phase, forUser]) => {
    const waits = phase === 'waiting' ? { attempt: 2, attemptsMax: 5, retryAtMs: NOW_MS + 4_000 } : {};
    return [`\`connecting\`, \`${phase}\``, { connection: { ...CONNECTING, ...waits, phase }, forUser }] as const;
  }),
  open: [
    ['`open`', { connection: openWith(false), forUser: 'nothing: the chat works' }],
    ['`open`, `handover`', { connection: openWith(true), forUser: 'nothing: the chat works all the while' }],
  ],
  closing: [['`closing`', { connection: { status: 'closing' }, forUser: 'nothing' }]],
  closed: entriesOf(WHEN_CLOSED).map(
    ([reason, forUser]) =>
      [`\`closed\`, \`${reason}\``, { connection: { status: 'closed', reason, cause: null }, forUser }] as const,
  ),
};

/** What a cause means to the one before the screen. Whatever is tried again by itself needs no words of its own. */
const BY_CAUSE: Readonly<Record<CloseKind, readonly [action: CloseCause['action'], forUser: string]>> = {
  'socket-closed': ['retry', 'what the status says'],
  'token-failed': ['retry', 'what the status says; your own words if your sign-in service is down'],
  'token-timed-out': ['retry', 'what the status says'],
  'token-refused': ['stop', '“Sign in again”'],
  'no-token': ['stop', '“Sign in again”'],
  'stopped-by-provider': ['stop', 'the words of your `StopConnecting`'],
  'dial-failed': ['stop', '“Chat does not work in this browser”'],
  'dial-timed-out': ['retry', 'what the status says'],
  'join-timed-out': ['retry', 'what the status says'],
  unresponsive: ['retry', 'what the status says'],
  'ack-overdue': ['retry', 'what the status says; the message stays as it is'],
  'bad-frames': ['retry', 'what the status says; tell your developers'],
};

function openWith(handover: boolean): ConnectionSnapshot {
  return { status: 'open', sinceMs: NOW_MS, recovered: 'full', roundTripMs: 40, handover };
}

function causeOf(kind: CloseKind, action: CloseCause['action']): CloseCause {
  const isClose = kind === 'socket-closed';
  return {
    kind,
    code: isClose ? 1006 : null,
    reason: isClose ? '' : null,
    wasClean: false,
    everOpened: true,
    ageMs: null,
    quietMs: null,
    atMs: NOW_MS,
    action,
    retryAfterMs: null,
    diagnosis: null,
  };
}

/** Safe: the records above have their names from the type and no other. */
function entriesOf<Name extends string, Value>(record: Readonly<Record<Name, Value>>): readonly [Name, Value][] {
  return Object.entries(record) as [Name, Value][];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function lifeTable(): string {
  const rows = Object.values(LIFE)
    .flat()
    .map(([name, { connection, forUser }]) => {
      const { text, awaited } = explainConnection(connection, NOW_MS);
      return [name, awaited === null ? '–' : `\`${awaited}\``, text, forUser];
    });
  return table(['`connection`', '`awaited`', '`explain().text`', 'what the user should see'], rows);
}

const WITH_WORDS = {
  found: null,
  dialWords: 'Why, in the words of the `error` event.',
  unread: null,
  framesTooBig: 0,
  sendsAgainAtMs: null,
};

function causeTable(): string {
  const rows = entriesOf(BY_CAUSE).map(([kind, [action, forUser]]) => {
    const { text, advice } = explainConnection(closedBy(causeOf(kind, action)), NOW_MS, WITH_WORDS);
    const words = text.slice(text.indexOf('Last cause:'));
    return [
      `\`${kind}\``,
      `\`${action}\``,
      words.slice(0, words.length - advice.join(' ').length).trim(),
      advice.join(' ') || '–',
      forUser,
    ];
  });
  return table(
    ['`cause.kind`', 'usual `action`', 'in words', '`advice`, for developers', 'what the user should see'],
    rows,
  );
}

const CODE_MIN = 1000;
const CODE_MAX = 4999;

/** What the client does about each action. */
const BY_ACTION: Readonly<Record<CloseAction, string>> = {
  stop: 'closes for good; `explain()` adds that dialling again will not help',
  'renew-token':
    'asks your `token` function once more, at once; the second refusal in a row, each within a second of being open, is `token-refused`',
  'too-big': 'fails one message with `delivery/too-big` and goes on',
  retry: 'dials again, after a pause that grows',
};

function closeTable(): string {
  const protocol = envelopeProtocol();
  const codesOf = new Map<CloseAction, string[]>();
  for (let code = CODE_MIN; code <= CODE_MAX; code += 1) {
    const verdict = protocol.readClose(code, '');
    const action = verdict?.action ?? readCloseCode(code);
    codesOf.set(action, [...(codesOf.get(action) ?? []), verdict === null ? `${code}` : `${code}*`]);
  }
  const rows = entriesOf(BY_ACTION).map(([action, does]) => {
    const codes = action === 'retry' ? 'every other code, a clean 1000 too' : (codesOf.get(action) ?? []).join(', ');
    return [codes, `\`${action}\``, does];
  });
  const flood = pauseRow('1008* with “Rate limit exceeded”', protocol.readClose(1008, 'Rate limit exceeded'));
  const hint = pauseRow(
    'any* but 1009 with `retryAfterMs=500` in its reason',
    protocol.readClose(1013, 'retryAfterMs=500'),
  );
  return table(['the server closes with', '`action`', 'the client'], [flood, hint, ...rows]);
}

function pauseRow(codes: string, verdict: CloseVerdict | null): string[] {
  if (verdict === null || verdict.retryAfterMs === null) throw new Error(`${codes} has no pause.`);
  return [codes, `\`${verdict.action}\``, `dials again, not before ${verdict.retryAfterMs} ms have passed`];
}

function refusalText(): string {
  return quoteAdvice({ everOpened: false, diagnosis: 'handshake-refused' });
}

function cutText(diagnosis: 'idle-timeout' | 'age-limit'): string {
  const [ageMs, quietMs] = diagnosis === 'idle-timeout' ? [60_200, 60_100] : [300_200, 12_000];
  return quoteAdvice({ ageMs, quietMs, diagnosis });
}

function quoteAdvice(facts: Partial<CloseCause>): string {
  const cause: CloseCause = { ...causeOf('socket-closed', 'retry'), ...facts };
  return explainConnection({ ...CONNECTING, phase: 'dialing', attempt: 3, cause }, NOW_MS)
    .advice.map((sentence) => `> ${sentence}`)
    .join('\n');
}

function closedBy(cause: CloseCause): ConnectionSnapshot {
  return { status: 'closed', reason: 'stopped', cause };
}

const FENCE = '```';

function diagnoseParagraphs(): readonly string[] {
  return [
    'An HTTP request can read what the browser hides. The option `diagnose` is called then, once a series, and its words are `found`:',
    [
      `${FENCE}ts`,
      "import { ChatSocketClient, StopConnecting } from 'chatsocket';",
      '',
      'const client = new ChatSocketClient({',
      "  url: 'wss://chat.example.com/ws',",
      '  diagnose: async ({ signal }) => {',
      "    const answer = await fetch('https://chat.example.com/ws-health', { credentials: 'include', signal });",
      "    if (answer.status === 403) throw new StopConnecting('This account may not chat.'); // closed, stopped",
      "    return answer.ok ? null : 'The chat server answers ' + answer.status + ' over HTTP.';",
      '  },',
      '});',
      'console.log(client.explain().found);',
      FENCE,
    ].join('\n'),
    [
      'Dials go on while it runs. It has `timeouts.tokenMs`, and `signal` is aborted when nobody waits for it any more. What it throws,',
      '`StopConnecting` apart, changes nothing.',
    ].join('\n'),
  ];
}

function statusPage(): string {
  return `${[
    '# What the user should see',
    '<!-- Made by `npm run statuses` from src/client/explain.ts and the tables of close codes. -->',
    [
      '`snapshot.connection` says where the connection stands, `explain()` says why, what it waits for and what can be done: as',
      'fields (`status`, `cause`, `attempt`, `attemptsMax`, `awaited`, `retryAtMs`, `found`, `advice`) and as `text`. The texts are for',
      'developers, logs and support; what users see is yours to write, and this page says when. Neither ever holds a URL, a token',
      'or the text of a message.',
    ].join('\n'),
    '## Where it stands',
    lifeTable(),
    [
      '`showOffline` turns true two seconds after a loss and never while the page is hidden: hang your banner on it, not on `status`,',
      'and no blip will flash at anybody. Sending works in every status but `disposed`: what is typed offline is kept and goes out.',
    ].join('\n'),
    '## Why',
    '`connection.cause` stays while the client reconnects or is closed; `cause.action` is what the client made of it.',
    causeTable(),
    '## What a close code does',
    closeTable(),
    [
      'The codes that are in no row, 1006 among them, are of the last one. `shouldRetry` overrules what is said here. Codes marked * are',
      'read by `envelopeProtocol`; another protocol has its own `readClose`.',
    ].join('\n'),
    '## When the handshake is refused',
    [
      'A browser shows a refused handshake as code 1006 and hides the HTTP status, so `cause.everOpened` is false and nothing else is',
      'known. After three in a row while online, `cause.diagnosis` is `handshake-refused`, the event `error` brings `connection/refused`',
      'once, and the advice is:',
    ].join('\n'),
    refusalText(),
    ...diagnoseParagraphs(),
    '## When connections are cut by the clock',
    [
      'Proxies and platforms end connections that carried nothing for a while, or that are as old as they allow, and a browser says 1006',
      'of both. `cause.ageMs` and `cause.quietMs` tell how old the connection was and how long nothing had come in. Where one of the two was',
      'the same round number of seconds for three connections in a row, `cause.diagnosis` is `idle-timeout`:',
    ].join('\n'),
    cutText('idle-timeout'),
    'or `age-limit`:',
    cutText('age-limit'),
  ].join('\n\n')}\n`;
}

const page = `${ROOT}docs/status.md`;

if (!process.argv.includes('--check')) {
  writeFileSync(page, statusPage());
} else if (readFileSync(page, 'utf8') !== statusPage()) {
  console.error('docs/status.md is not what src/client/explain.ts says: run `npm run statuses`.');
  process.exitCode = 1;
}
