/** `npm run errors`: writes docs/errors.md from the list of codes. With `--check` it fails instead if the page is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type ChatSocketErrorCode, ERROR_CODES } from '../src/errors/codes.js';
import { ERROR_FIELDS } from './error-fields.js';
import { ROOT } from './rules/source-tree.js';

const GROUPS: Readonly<Record<string, string>> = {
  connection: 'About the connection as a whole. The client tries again by itself unless it says it stopped.',
  token: "About the application's token provider, or what the server made of its token.",
  delivery: 'About one message. The others go on.',
  storage: 'About the store that keeps the outbox across reloads. The messages go on from memory.',
  protocol: 'About what the server sent, or what the protocol in use has no words for.',
  usage: 'About a call or an option. Told at once, before anything has happened.',
};

const page = `${ROOT}docs/errors.md`;

function errorsPage(): string {
  const sections = Object.entries(GROUPS).map(([group, meaning]) => {
    const rows = Object.entries(ERROR_CODES)
      .filter(([code]) => code.startsWith(`${group}/`))
      .map(([code, line]) => `| \`${code}\` | ${line} | ${fieldsOf(code)} |`);
    return [`## ${group}`, '', meaning, '', '| code | meaning | `fields` |', '| --- | --- | --- |', ...rows].join('\n');
  });
  return `${[
    '# Errors',
    '<!-- Made by `npm run errors` from src/errors/codes.ts and scripts/error-fields.ts. -->',
    [
      'Every failure is a `ChatSocketError` with a stable `code`, a `message` that says what failed, why and the way out,',
      '`retryable`, `cause` and named `fields`. Recognise one by `isChatSocketError(error, code)`: `instanceof` fails where',
      'two builds of the package meet. No error holds a token, a query string or the text of a message. A `cause` is what your',
      'listener or your store threw, or a copy of its words where a token or a query of this client was in it. What your `url`',
      'and `token` functions throw is left out.',
    ].join('\n'),
    ...thrownOrRejected(),
    ...sections,
  ].join('\n\n')}\n`;
}

/** Where each error comes out, so that nobody needs both `catch` and `.catch()` around one call. */
function thrownOrRejected(): readonly string[] {
  return [
    '## Thrown, rejected or told',
    [
      '| what you do | how its failure reaches you |',
      '| --- | --- |',
      '| make a client, protocol, transport, store or token provider; render a hook or the provider | throws `usage/*` |',
      '| `send`, `outbox.edit` | throws `delivery/empty`, `delivery/too-long`, `delivery/outbox-full`, `delivery/cancelled` or `usage/*` at once: nothing was queued |',
      '| every other call that returns no promise: `connect`, `on`, `conversation`, `setTyping`, `messages` … | throws `usage/*` |',
      '| a call that returns a promise: `close`, `whenOpen`, `logout`, `loadOlder` | its promise rejects, for a wrong argument too; it never throws |',
      '| `send(…).acked` | rejects with `delivery/*`; nobody has to look at it, for the row and the event `message-failed` tell the same |',
      '| `send(…).persisted` | never rejects |',
      '| `for await (… of client.messages())` | throws `usage/consumer-too-slow` |',
      '| anything that belongs to no call | the event `error` |',
    ].join('\n'),
  ];
}

function fieldsOf(code: string): string {
  // Safe: it is one of the names of the list.
  const fields = Object.entries(ERROR_FIELDS[code as ChatSocketErrorCode] ?? {});
  return fields.map(([name, meaning]) => `\`${name}\`: ${meaning}`).join('; ') || '–';
}

/** Codes outside every group would be left out without a word. */
function strayCodes(): string[] {
  return Object.keys(ERROR_CODES).filter((code) => GROUPS[code.split('/')[0] ?? ''] === undefined);
}

const strays = strayCodes();
if (strays.length > 0) throw new Error(`These error codes belong to no group: ${strays.join(', ')}.`);

if (!process.argv.includes('--check')) {
  writeFileSync(page, errorsPage());
} else if (readFileSync(page, 'utf8') !== errorsPage()) {
  console.error(
    'docs/errors.md is not what src/errors/codes.ts and scripts/error-fields.ts say: run `npm run errors`.',
  );
  process.exitCode = 1;
}
