// Generated from schema.ts by scripts/compile-validators.ts. Do not edit.
import type { ServerFrame } from './schema.js';

export type { ServerFrame } from './schema.js';
/** True where the schema takes the frame. */
export declare function isServerFrame(frame: object): frame is ServerFrame;
/** True for a frame type that the schema names. */
export declare function isServerFrameType(type: unknown): boolean;
