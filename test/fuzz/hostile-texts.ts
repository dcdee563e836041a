/** Texts that no honest peer sends, as they stand on the wire. For both directions; none is a frame of either. */

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const wrapped = (payload: string, type: string) => `{"type":"${type}","payload":${payload}}`;

const noJson = [
  '',
  ' ',
  ' \n\t\r ',
  '\u0000',
  '\ud800',
  '\ufeff{"type":"ping"}',
  '{"type":"ping"}{"type":"ping"}',
  '{"type":"ping"',
  '{"type":"ping",}',
  '{"type":NaN}',
  '{"type":"ping"} // life',
  "{'type':'ping'}",
  '[',
  ']',
  '"',
  'undefined',
  '-',
  '1e',
];

const noObject = ['null', 'true', 'false', '0', '-0', '1e400', '""', '"ping"', '[]', '{}', '[{}]', '[null]', '[[]]'];

const oddTypes = [
  '{"type":null}',
  '{"type":{"toString":1}}',
  '{"type":{"toString":null,"valueOf":null}}',
  '{"type":["ping"]}',
  '{"type":"PING"}',
  '{"type":" ping"}',
  '{"type":"__proto__"}',
  '{"type":"constructor","payload":{}}',
  '{"type":"toString","payload":{}}',
  '{"type":"hasOwnProperty"}',
  '{"type":"then"}',
  '{"type":"ack","type":"new_message"}',
  '{"__proto__":{"type":"ping"}}',
  '{"type":"ping","__proto__":{"isAdmin":true}}',
  '{"type":"ping","constructor":{"prototype":{"isAdmin":true}}}',
  '{"type":"ping","toJSON":1,"then":1,"valueOf":1}',
  `{"type":"${'x'.repeat(10_000)}"}`,
];

const types = [
  'new_message',
  'send_message',
  'ack',
  'join_conversation',
  'conversation_history',
  'range',
  'message_delta',
];

/** A payload that is something else than an object of this type. */
const oddPayloads = types.flatMap((type) =>
  [
    'null',
    '0',
    '[]',
    '{}',
    '"text"',
    'true',
    '{"__proto__":{"id":"x"}}',
    '{"length":{"toString":null}}',
    nested(50),
  ].map((payload) => wrapped(payload, type)),
);

const idTexts = ['', 'x'.repeat(201), ' ', '\n', '😀', '\u202eabc\u200b', '../', '<script>', '__proto__', '\u0000'];

const oddIds = idTexts.flatMap((text) => {
  const id = JSON.stringify(text);
  return [
    wrapped(`{"conversationId":${id},"content":"hi"}`, 'send_message'),
    wrapped(`{"conversationId":${id}}`, 'join_conversation'),
    wrapped(`{"messageId":${id}}`, 'ack'),
    wrapped(`{"id":${id},"offset":0,"text":"hi"}`, 'message_delta'),
  ];
});

const numbers = [
  '0',
  '-1',
  '-0',
  '0.5',
  '1e400',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '"1"',
  'null',
];

const oddNumbers = numbers.flatMap((number) => [
  wrapped(`{"conversationId":"lobby","from":${number},"to":${number}}`, 'fetch_range'),
  wrapped(`{"conversationId":"lobby","limit":${number},"before":${number}}`, 'load_history'),
  wrapped(`{"conversationId":"lobby","after":{"epoch":"e","seq":${number}}}`, 'join_conversation'),
  wrapped(`{"conversationId":"lobby","content":"hi","producer":{"id":"p","seq":${number}}}`, 'send_message'),
  wrapped(`{"id":"s","offset":${number},"text":"hi"}`, 'message_delta'),
  wrapped(`{"id":"s","length":${number},"status":"done"}`, 'message_end'),
  wrapped(`{"retryAfterMs":${number}}`, 'server_restarting'),
  wrapped(`{"expiresInMs":${number}}`, 'token_expiring_soon'),
  wrapped(`{"latest":{"lobby":${number},"__proto__":${number}}}`, 'pong'),
  wrapped(`{"messageId":"m","id":"m","seq":${number}}`, 'ack'),
]);

export const hostileTexts: readonly string[] = [
  ...noJson,
  ...noObject,
  ...oddTypes,
  ...oddPayloads,
  ...oddIds,
  ...oddNumbers,
  nested(10_000),
  wrapped(nested(5_000), 'send_message'),
  `{${Array.from({ length: 2_000 }, (_, index) => `"k${index}":0`).join()},"type":"ping"}`,
];

/** Too large for the mix; each is tried once. */
export function hugeTexts(): readonly string[] {
  const keys = Array.from({ length: 100_000 }, (_, index) => `"k${index}":0`).join();
  return [
    nested(1_000_000),
    `[${'[],'.repeat(100_000)}[]]`,
    `{${keys},"type":"ping"}`,
    wrapped(`{"conversationId":"lobby","content":"${'x'.repeat(1_000_000)}"}`, 'send_message'),
    wrapped(`{"id":"s","offset":0,"text":"${'x'.repeat(1_000_000)}"}`, 'message_delta'),
    'x'.repeat(10_485_760),
    wrapped(`{"id":${JSON.stringify('x'.repeat(1_048_576))}}`, 'message_snapshot'),
  ];
}
