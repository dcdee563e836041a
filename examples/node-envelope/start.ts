/** `npx tsx examples/node-envelope/start.ts`: a marketplace of two users, and what it takes to be one of them. */

import { startEnvelopeServer } from './server.js';

const HANNAH = { id: '11111111-1111-4111-8111-111111111111', name: 'Hannah Homeowner' };
const TOM = { id: '22222222-2222-4222-8222-222222222222', name: 'Tom Tradesperson' };
const JOB_ID = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';

const server = await startEnvelopeServer({ users: [HANNAH, TOM], jobIds: [JOB_ID], port: 8_090 });
console.log(`The marketplace is at ${server.url}`);
for (const { id, name } of [HANNAH, TOM]) console.log(`${name}: ${server.url}/?token=${server.issueToken(id)}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop());
