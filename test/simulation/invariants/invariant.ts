import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import type { ChatMessage } from '../../../src/client/chat-message.js';
import type { ChatSnapshot } from '../../../src/client/chat-snapshot.js';
import type { DialReason } from '../../../src/core/connection/state.js';
import type { PageSignal } from '../../../src/ports/page-signals.js';
import type { Device } from '../device/device.js';
import type { Life, Told } from '../device/life.js';
import type { Changes } from '../world/changes-of.js';
import type { SentFrame } from '../world/sent-frame.js';
import type { Wire } from '../world/wire.js';
import type { World } from '../world/world.js';

/** What a client shows of a conversation, and how that differs from what it showed before. */
export interface View extends Changes<ChatMessage> {
  readonly conversationId: string;
  readonly messages: ChatSnapshot['messages'];
}

/** Something that must hold, and where it is looked at. A breach is told to the world by `violate`. */
export interface Invariant {
  readonly id: string;
  readonly sentence: string;
  /** A client told an event. */
  told?(world: World, life: Life, told: Told): void;
  /** A client's view of a conversation changed. */
  shown?(world: World, life: Life, view: View): void;
  /** A client hands a frame to its socket. */
  sent?(world: World, device: Device, frame: SentFrame): void;
  /** A client was given a frame, and has done with it what it does. */
  heard?(world: World, device: Device, text: string): void;
  /** A frame is about to reach a client. */
  reached?(world: World, device: Device, frame: SentFrame): void;
  /** A client asks for a token, so it is about to dial. */
  asked?(world: World, life: Life, reason: DialReason): void;
  /** Nothing reaches the client on this wire any more. */
  muffled?(world: World, device: Device, wire: Wire): void;
  /** The page of a device said something to its client. */
  signalled?(world: World, device: Device, signal: PageSignal): void;
  loggedOut?(world: World, life: Life, calledAtMs: number): void;
  dialled?(world: World, device: Device, wire: Wire): void;
  /** The server means to say something. */
  said?(world: World, frame: EnvelopeServerFrame): void;
  /** After everything that happened. */
  stepped?(world: World): void;
  /** A client crashed or was disposed. */
  ended?(world: World, life: Life): void;
  /** When all is quiet, long after the faults. */
  settled?(world: World): void;
}
