/** The clauses of the promise that a server keeps or breaks, in the order of the report. */

export const conformanceClauses = [
  'DS-5',
  'SV-1',
  'SV-2',
  'SV-3',
  'SV-4',
  'SV-5',
  'SV-6',
  'SV-7',
  'SV-8',
  'RX-3',
  'RX-4',
] as const;

export type ConformanceClause = (typeof conformanceClauses)[number];

export const clauseTitles: Readonly<Record<ConformanceClause, string>> = {
  'DS-5': 'An ack names the place of a message that is stored',
  'SV-1': "One user's ids are apart from another's",
  'SV-2': 'A repeat gets the first result, and nothing else happens',
  'SV-3': 'Other content under a used id is refused for good',
  'SV-4': 'A message and the memory of its id become durable together',
  'SV-5': 'Repeats are recognised for as long as is announced, 48 hours at least',
  'SV-6': 'The messages of one producer keep their order',
  'SV-7': 'The log has no holes, for any reader, whatever is deleted',
  'SV-8': 'What is only for the moment takes no place in the log',
  'RX-3': 'The hello and every pong name the heads',
  'RX-4': 'A resume is whole, or says that it is not',
};
