/** Situations brought about exactly, not left to luck: an ack that is surely lost, and a copy that surely comes twice. */
import type { Link } from '../link.js';
import type { Chatter } from './chatter.js';
import type { Observer } from './observer.js';
import { waitUntil } from './waiting.js';

const STORED_DEADLINE_MS = 3_000;
/** Sooner than the heartbeat can notice anything. */
const HANDED_OVER_DEADLINE_MS = 1_000;
/** A heartbeat that notices, a dial, and the messages that wait in front. */
const RESENT_DEADLINE_MS = 10_000;
const OVER_DEADLINE_MS = 3_000;

/** Performs one drill; false where another fault or a closing connection came in between, so that it proved nothing. */
export type Drill = (chatter: Chatter, link: Link, observer: Observer) => Promise<boolean>;

/**
 * The direction to the client goes dead, a message is sent, and once the server has stored it the link is cut: its ack
 * can never have arrived, so the client must learn it from the log, or send again and be recognised.
 */
export const loseAck: Drill = async (chatter, link, observer) => {
  link.silence({ direction: 'to-client', bytes: 'swallow' });
  const { text } = chatter.send();
  const isStored = await waitUntil(() => observer.hasSeen(text), STORED_DEADLINE_MS);
  const isProof = isStored && !chatter.hasAckFor(text) && chatter.link === link;
  link.cut();
  return isProof;
};

/**
 * The link holds a message until the client has given up on the link and sent it again on a new one; then the link
 * heals, and the server reads the first copy from a connection that it still takes for alive. Nothing but the server's
 * deduplication keeps such a message single.
 */
export const deliverLate: Drill = async (chatter, link) => {
  link.silence();
  const { text, outgoing } = chatter.send();
  const bytesHeld = () => link.facts().toServer.bytesIn - link.facts().toServer.bytesOut;
  const isOnLink = () => outgoing.status === 'sending' && chatter.link === link && bytesHeld() > 0;
  const wasHeld = await waitUntil(isOnLink, HANDED_OVER_DEADLINE_MS);
  const isProof = wasHeld && (await waitUntil(() => chatter.hasAckFor(text), RESENT_DEADLINE_MS));
  link.heal();
  let isOver = false;
  void link.over.then(() => {
    isOver = true;
  });
  await waitUntil(() => isOver, OVER_DEADLINE_MS);
  return isProof && isOver;
};
