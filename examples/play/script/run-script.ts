/** `npm start -- --script`: many real clients, a bad network, two server restarts, and a count of what came through. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScriptArguments } from '../arguments.js';
import type { CleanUp } from '../clean-up.js';
import { ServerProcess } from '../running-server.js';
import { type Cast, gather } from './cast.js';
import { isClean, judge, type Verdict } from './checker.js';
import { DRILLS, type DrillKind, planFaults, RESTARTS } from './fault-plan.js';
import { performFaults } from './perform-faults.js';
import { showProgress } from './progress.js';
import { readLogs } from './read-logs.js';
import { findingLines, introduction, type Presence, tableOf } from './report.js';
import { talk } from './talk.js';
import { pause, waitUntil } from './waiting.js';

export interface ScriptRun {
  readonly settings: ScriptArguments;
  readonly cleanUp: CleanUp;
}

/** Everything is given this long to arrive once the network is sound again. */
const SETTLE_DEADLINE_MS = 20_000;
/** Copies that come too late would come in this time. */
const STRAGGLERS_MS = 300;

interface Tally {
  phase: string;
  restarts: number;
  readonly drills: Record<DrillKind, number>;
}

/** Resolves with the exit code: 0 where nothing was lost, doubled or out of order, and everybody is open at the end. */
export async function runScript({ settings, cleanUp }: ScriptRun): Promise<number> {
  const startMs = performance.now();
  const tally: Tally = { phase: 'starting', restarts: 0, drills: { 'lost acks': 0, 'late frames': 0 } };
  const dataDirectory = await mkdtemp(join(tmpdir(), 'chatsocket-script-'));
  cleanUp.add(() => rm(dataDirectory, { recursive: true, force: true }));
  const server = await startServer(settings, dataDirectory);
  cleanUp.add(() => server.stop());
  const cast = await gather({ ...settings, serverPort: server.port });
  cleanUp.add(() => cast.close());
  print(introduction(settings));

  const elapsedMs = () => performance.now() - startMs;
  const endProgress = showProgress(process.stdout, () =>
    progressLine(cast, { tally, settings, elapsedMs: elapsedMs() }),
  );
  cleanUp.add(endProgress);
  await play(cast, { settings, server, tally });
  const isSettled = await settle(cast, tally);
  const presence = presenceOf(cast);
  endProgress();

  await cast.close();
  await server.stop();
  const conversationIds = cast.conversations.map(({ id }) => id);
  const logs = await readLogs(dataDirectory, conversationIds);
  const verdict = judge({
    attempts: cast.chatters.flatMap(({ attempts }) => attempts),
    logs,
    views: cast.chatters.map(({ view }) => view),
  });
  print(`\n${tableFor(cast, { verdict, presence, settings, tally, elapsedMs: elapsedMs() })}`);
  return conclude(cast, { verdict, presence, tally, isSettled });
}

function startServer(settings: ScriptArguments, dataDirectory: string): Promise<ServerProcess> {
  return ServerProcess.start({
    dataDirectory,
    secret: 'only for this run, on this machine',
    origins: ['http://127.0.0.1:1'],
    flags: [
      '--allow-missing-origin',
      // The short way back keeps the run short; each restart sends a whole herd of clients for tokens.
      ...['--retry-after-ms', '100', '--tokens-per-minute', '120'],
      ...(settings.sabotage === null ? [] : ['--sabotage', settings.sabotage]),
    ],
    onTrouble: print,
  });
}

interface Play {
  readonly settings: ScriptArguments;
  readonly server: ServerProcess;
  readonly tally: Tally;
}

/** The clients talk while the faults come down on them; resolves when both are through. */
async function play(cast: Cast, { settings, server, tally }: Play): Promise<void> {
  const talking = talk(cast.chatters, settings.seed);
  await performFaults(planFaults(settings), {
    chatters: cast.chatters,
    observer: cast.observer,
    serverPort: server.port,
    restartServer: async () => {
      await server.restart();
      tally.restarts += 1;
    },
    onFault: (kind) => {
      tally.phase = kind;
    },
    onDrill: (kind) => {
      tally.drills[kind] += 1;
    },
  });
  tally.phase = 'network sound';
  talking.releaseReserve();
  await talking.finished;
}

async function settle(cast: Cast, tally: Tally): Promise<boolean> {
  tally.phase = 'settling';
  const areAllOpen = () => cast.chatters.every(({ isOpen }) => isOpen);
  const isSettled = await waitUntil(() => cast.isComplete() && areAllOpen(), SETTLE_DEADLINE_MS);
  await pause(STRAGGLERS_MS);
  return isSettled;
}

function presenceOf({ chatters }: Cast): Presence {
  return {
    clients: chatters.length,
    notOpen: chatters.filter(({ isOpen }) => !isOpen).map(({ name }) => name),
    longestOutageMs: Math.max(...chatters.map(({ longestOutageMs }) => longestOutageMs)),
  };
}

interface Moment {
  readonly tally: Tally;
  readonly settings: ScriptArguments;
  readonly elapsedMs: number;
}

function progressLine({ chatters }: Cast, { tally, settings, elapsedMs }: Moment): string {
  const sent = sum(chatters.map(({ attempts }) => attempts.length));
  const acked = sum(chatters.map(({ ackedCount }) => ackedCount));
  const open = chatters.filter(({ isOpen }) => isOpen).length;
  const seconds = `${(elapsedMs / 1_000).toFixed(0)} s`.padStart(4);
  return (
    `${seconds}  sent ${sent}/${settings.messages}  acked ${acked}  open ${open}/${chatters.length}  ` +
    `reconnects ${reconnectsOf(chatters)}  restarts ${tally.restarts}/${RESTARTS}  ${tally.phase}`
  );
}

interface Ending extends Moment {
  readonly verdict: Verdict;
  readonly presence: Presence;
}

function tableFor({ chatters }: Cast, { verdict, presence, settings, tally, elapsedMs }: Ending): string {
  return tableOf({
    verdict,
    presence,
    seed: settings.seed,
    elapsedMs,
    reconnects: reconnectsOf(chatters),
    restarts: tally.restarts,
    latenciesMs: chatters.flatMap(({ latenciesMs }) => latenciesMs),
    acksLost: tally.drills['lost acks'],
    framesLate: tally.drills['late frames'],
  });
}

interface Conclusion {
  readonly verdict: Verdict;
  readonly presence: Presence;
  readonly tally: Tally;
  readonly isSettled: boolean;
}

/** A run whose faults did not happen proves nothing, so it fails too. */
function conclude(cast: Cast, { verdict, presence, tally, isSettled }: Conclusion): number {
  const wantedDrills = (kind: DrillKind) => DRILLS.filter((drill) => drill === kind).length * cast.conversations.length;
  const missed = (['lost acks', 'late frames'] as const).filter((kind) => tally.drills[kind] < wantedDrills(kind));
  const troubles = [
    ...findingLines(verdict.findings, cast.nameOf),
    ...cast.chatters.flatMap(({ complaints }) => complaints),
    ...missed.map(
      (kind) => `not enough ${kind}: ${tally.drills[kind]} of ${wantedDrills(kind)}; the run proves too little`,
    ),
    ...presence.notOpen.map((name) => `${name} is not open at the end`),
    ...(isSettled
      ? []
      : [
          `not everything had arrived, or not everybody was open, ${SETTLE_DEADLINE_MS / 1_000} s after the network was sound again`,
        ]),
  ];
  for (const line of troubles) print(line);
  const isGood = isClean(verdict) && presence.notOpen.length === 0 && missed.length === 0;
  print(isGood ? '\nNothing lost, nothing doubled, nothing out of order, and everybody is open.' : '\nThe run failed.');
  return isGood ? 0 : 1;
}

function reconnectsOf(chatters: Cast['chatters']): number {
  return sum(chatters.map(({ timesOpened }) => Math.max(0, timesOpened - 1)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
