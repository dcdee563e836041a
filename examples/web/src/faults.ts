/** Every call that breaks something on purpose, and the one that asks what is broken now. */

export type LinkFault = 'cut' | 'silence' | 'delay' | 'heal';

/** Whose links a fault is for: one person's, or everybody's. */
export type FaultReach = { readonly userId: string } | 'everyone';

/** Each way, so an answer takes twice as long. */
const DELAY_MS = 1_000;

async function post(path: string, body: object = {}): Promise<void> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(path, request).catch(() => null);
  if (response === null) throw new Error('Nobody answers. Is “npm start” still running?');
  if (!response.ok)
    throw new Error(`${path} answered ${response.status}. Only a chat that was begun with “npm start” can be broken.`);
}

export function breakLink(fault: LinkFault, reach: FaultReach): Promise<void> {
  const whose = reach === 'everyone' ? {} : reach;
  return post(`/faults/${fault}`, fault === 'delay' ? { ...whose, delayMs: DELAY_MS } : whose);
}

export function restartServer(): Promise<void> {
  return post('/faults/restart');
}

export function expireToken(userId: string): Promise<void> {
  return post('/dev/expire', { userId });
}

/** The next `count` tokens are refused. */
export function refuseToken(userId: string, count: number): Promise<void> {
  return post('/dev/refuse', { userId, count });
}

export function floodConversation(userId: string, conversationId: string, messages: number): Promise<void> {
  return post('/dev/flood', { userId, conversationId, messages });
}
