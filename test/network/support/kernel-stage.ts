/** Plays scenarios on networks that the kernel makes and breaks, all at once; the judge speaks when the server has ended. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CleanUp, createCleanUp } from '../../../examples/play/clean-up.js';
import { ServerProcess } from '../../../examples/play/running-server.js';
import { judge, type Verdict } from '../../../examples/play/script/checker.js';
import { readLogs } from '../../../examples/play/script/read-logs.js';
import { pause } from '../../../examples/play/script/waiting.js';
import type { Measures, Scenario } from '../scenarios.js';
import { type ClientNetwork, KernelNetwork } from './kernel-network.js';
import { RemoteTalkers } from './remote-talkers.js';
import { Speaker } from './speaker.js';
import type { Evidence, Progress, TalkerOptions } from './talker.js';

export interface Outcome {
  readonly verdict: Verdict;
  readonly complaints: readonly string[];
  readonly measures: Measures;
  readonly troubled: Progress;
  readonly sound: Progress;
  /** Packets that met a fault: one that did not happen proves nothing. */
  readonly struck: number;
}

/** Copies that come too late would come in this time. */
const STRAGGLERS_MS = 300;

type Played = Omit<Outcome, 'verdict' | 'complaints'> & {
  readonly name: string;
  readonly conversationId: string;
  readonly evidence: readonly Evidence[];
};

/** Resolves with the outcomes by the scenarios' names; nothing is left of processes and networks, whatever happens. */
export async function playAll(scenarios: Readonly<Record<string, Scenario>>): Promise<ReadonlyMap<string, Outcome>> {
  const cleanUp = createCleanUp();
  try {
    const network = KernelNetwork.make();
    cleanUp.add(() => network.remove());
    const dataDirectory = await mkdtemp(join(tmpdir(), 'chatsocket-kernel-'));
    cleanUp.add(() => rm(dataDirectory, { recursive: true, force: true }));
    const complaints: string[] = [];
    const server = await startServer({ network, dataDirectory, onTrouble: (line) => complaints.push(line) });
    cleanUp.add(() => server.stop());
    const hall = await RemoteTalkers.start(network.runner);
    cleanUp.add(() => hall.stop());

    const stage = { network, hall, port: server.port, cleanUp };
    // All of them first: where processes start, nobody is served in time.
    const seated = await Promise.all(
      Object.entries(scenarios).map(([name, scenario], index) => seat(scenario, { ...stage, name, index })),
    );
    const played = await Promise.all(seated.map(play));
    await server.stop();
    const ids = played.map(({ conversationId }) => conversationId);
    const logs = await readLogs(dataDirectory, ids);
    return new Map(played.map((one) => [one.name, conclude(one, logs, complaints)]));
  } finally {
    await cleanUp.run();
  }
}

interface ServerPlace {
  readonly network: KernelNetwork;
  readonly dataDirectory: string;
  readonly onTrouble: (line: string) => void;
}

function startServer({ network, dataDirectory, onTrouble }: ServerPlace): Promise<ServerProcess> {
  return ServerProcess.start({
    dataDirectory,
    secret: 'only for this run, on this machine',
    origins: ['http://127.0.0.1:1'],
    // Every address of a namespace that nobody else can reach.
    flags: ['--host', '0.0.0.0', '--allow-missing-origin', '--retry-after-ms', '100', '--tokens-per-minute', '600'],
    runner: network.runner,
    onTrouble,
  });
}

interface Stage {
  readonly network: KernelNetwork;
  /** The talkers that are where the server is. */
  readonly hall: RemoteTalkers;
  readonly port: number;
  readonly cleanUp: CleanUp;
  readonly name: string;
  readonly index: number;
}

interface Seated {
  readonly scenario: Scenario;
  readonly name: string;
  readonly place: ClientNetwork;
  /** Holds the troubled talker. */
  readonly outside: RemoteTalkers;
  readonly conversationId: string;
  readonly troubled: Speaker;
  readonly sound: Speaker;
}

async function seat(scenario: Scenario, stage: Stage): Promise<Seated> {
  const place = stage.network.addClient();
  const outside = await RemoteTalkers.start(place.runner);
  stage.cleanUp.add(() => outside.stop());
  return { scenario, name: stage.name, place, outside, ...(await seatBoth(scenario, { ...stage, place, outside })) };
}

async function play({ scenario, name, place, outside, conversationId, troubled, sound }: Seated): Promise<Played> {
  await sound.connect();
  await sound.untilOpen();
  const measures = await scenario.play({ troubled, sound, road: place.road, network: place });
  place.road.heal();
  await untilComplete(troubled, sound);
  await pause(STRAGGLERS_MS);

  const speakers = [troubled, sound];
  const evidence = await Promise.all(speakers.map((speaker) => speaker.evidence()));
  const facts = { measures, troubled: await troubled.progress(), sound: await sound.progress() };
  await Promise.all(speakers.map((speaker) => speaker.close()));
  await outside.stop();
  return { ...facts, name, struck: place.road.struck(), conversationId, evidence };
}

async function seatBoth(
  scenario: Scenario,
  {
    hall,
    outside,
    place,
    port,
    name,
    index,
  }: Stage & { readonly place: ClientNetwork; readonly outside: RemoteTalkers },
) {
  const serverUrl = `http://127.0.0.1:${port}`;
  const [founder, guest] = await Promise.all([
    hall.call('logIn', { serverUrl, name: `troubled ${name}` }),
    hall.call('logIn', { serverUrl, name: `sound ${name}` }),
  ]);
  const conversationId = await hall.call('found', { serverUrl, founder, guest });
  const shared = { conversationId, ...(scenario.pace === undefined ? {} : { pace: scenario.pace }) };
  const tokenAddress = scenario.tokensBy === 'side' ? place.sideAddress : place.serverAddress;
  const outsideOptions: TalkerOptions = {
    ...shared,
    name: `troubled ${name}`,
    account: founder,
    url: `ws://${place.serverAddress}:${port}/ws`,
    serverUrl: `http://${tokenAddress}:${port}`,
    seed: 2 * index + 1,
  };
  const insideOptions: TalkerOptions = {
    ...shared,
    name: `sound ${name}`,
    account: guest,
    url: `ws://127.0.0.1:${port}/ws`,
    serverUrl,
    seed: 2 * index + 2,
  };
  const [troubled, sound] = await Promise.all([
    Speaker.seat(outside, outsideOptions),
    Speaker.seat(hall, insideOptions),
  ]);
  return { conversationId, troubled, sound };
}

/** Everything sent is acked, every promise is settled, and each has what the other sent. */
async function untilComplete(troubled: Speaker, sound: Speaker): Promise<void> {
  const sent = { troubled: (await troubled.progress()).sentCount, sound: (await sound.progress()).sentCount };
  const isComplete = (expected: number) => (progress: Progress) =>
    progress.settledCount === progress.sentCount && progress.receivedCount >= expected;
  await Promise.all([
    troubled.until('everything to arrive', isComplete(sent.sound), 45_000),
    sound.until('everything to arrive', isComplete(sent.troubled), 45_000),
  ]);
}

function conclude(
  { conversationId, evidence, ...facts }: Played,
  logs: Awaited<ReturnType<typeof readLogs>>,
  complaints: readonly string[],
): Outcome {
  const verdict = judge({
    attempts: evidence.flatMap(({ attempts }) => attempts),
    logs: new Map([[conversationId, logs.get(conversationId) ?? []]]),
    views: evidence.map(({ view }) => view),
  });
  return { ...facts, verdict, complaints: [...complaints, ...evidence.flatMap((one) => one.complaints)] };
}
