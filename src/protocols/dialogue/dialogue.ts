/**
 * Some wires have no ids: their frames mean something only beside those before them, and part of what is to be known
 * is had over HTTP. A dialogue is the memory that this takes.
 */

import type { InboundFrame, OutboundFrame } from '../../core/frame.js';
import type { HttpAnswer } from '../../ports/http.js';
import type { FrameFault } from '../../ports/protocol.js';

/** One connection of a client; several may be there at once. */
export type LineId = number;

/**
 * What a client and its server have said to each other so far, over all connections. No IO, no clock, no dice: what
 * follows from an event is what it answers, so any run can be repeated from the list of its events.
 */
export interface Dialogue {
  step(event: DialogueEvent, nowMs: number): DialogueStep;
}

export type DialogueEvent =
  /** The connection is there. `isPolling`: there is no socket, only HTTP. */
  | { readonly type: 'opened'; readonly lineId: LineId; readonly isPolling: boolean }
  | { readonly type: 'ended'; readonly lineId: LineId }
  /** A text frame came in. */
  | { readonly type: 'heard'; readonly lineId: LineId; readonly text: string }
  /** The client wants this said. */
  | { readonly type: 'asked'; readonly lineId: LineId; readonly frame: OutboundFrame }
  /** A request was answered; null where no answer came. */
  | { readonly type: 'answered'; readonly lineId: LineId; readonly name: string; readonly answer: HttpAnswer | null }
  /** The time is up that a step asked for. */
  | { readonly type: 'woken'; readonly lineId: LineId };

/** What follows from an event; what is left out is nothing. */
export interface DialogueStep {
  /** What the client is told. */
  readonly told?: readonly InboundFrame[];
  /** What goes out on the socket, frame by frame. */
  readonly texts?: readonly string[];
  readonly requests?: readonly DialogueRequest[];
  /** To be woken on this connection after so long; the newest wish counts. */
  readonly wakeAfterMs?: number;
  /** The text could not be read. */
  readonly fault?: FrameFault;
  /** The connection is over, as if the server had closed it so. */
  readonly closes?: { readonly code: number; readonly reason: string };
  /** What was asked cannot be said on this connection. */
  readonly isDeclined?: boolean;
}

export interface DialogueRequest {
  /** The answer carries it. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** A path on the chat server, or an absolute URL. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Adds the connection's token as `Authorization: Bearer …`. */
  readonly withToken?: boolean;
}
