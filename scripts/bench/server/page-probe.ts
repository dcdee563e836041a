/** Runs in the page ahead of the page's own scripts: notes when a message's frame came, and when its row is in the DOM. */

export interface RenderedRow {
  /** From the frame's arrival. */
  readonly frameMs: number;
  /** From the time that the server gave the message; both clocks are this machine's. */
  readonly serverMs: number;
}

declare global {
  interface Window {
    /** By content. */
    chatsocketRows: Map<string, RenderedRow>;
    /** Messages whose frame has come and whose row is still missing. */
    chatsocketArrived: Map<string, { readonly atMs: number; readonly createdAtMs: number }>;
  }
}

interface MessageFrame {
  readonly type: string;
  readonly payload: { readonly message: { readonly content: string; readonly timestamp: string } };
}

window.chatsocketRows = new Map();
window.chatsocketArrived = new Map();

window.WebSocket = class extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    this.addEventListener('message', ({ data }) => noteFrames(String(data)));
  }
};

new MutationObserver((mutations) => {
  for (const { addedNodes } of mutations) for (const node of addedNodes) noteRows(node);
}).observe(document, { childList: true, subtree: true });

function noteFrames(text: string): void {
  const atMs = performance.now();
  // The server is ours.
  const json = JSON.parse(text) as MessageFrame | MessageFrame[];
  for (const { type, payload } of Array.isArray(json) ? json : [json]) {
    if (type !== 'new_message') continue;
    const { content, timestamp } = payload.message;
    window.chatsocketArrived.set(content, { atMs, createdAtMs: Date.parse(timestamp) });
  }
}

function noteRows(node: Node): void {
  if (!(node instanceof Element)) return;
  for (const { textContent } of node.querySelectorAll('.bubble-text')) {
    const arrived = window.chatsocketArrived.get(textContent);
    if (arrived === undefined) continue;
    window.chatsocketArrived.delete(textContent);
    const nowMs = performance.now();
    const serverMs = performance.timeOrigin + nowMs - arrived.createdAtMs;
    window.chatsocketRows.set(textContent, { frameMs: nowMs - arrived.atMs, serverMs });
  }
}
