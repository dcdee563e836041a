// Generated from schema.ts by scripts/compile-validators.ts. Do not edit.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isArrayOf = (value, isItem) => Array.isArray(value) && value.every((item) => isItem(item));
// The key __proto__ is left unread, as zod does; nobody copies it.
const isRecordOf = (value, isItem) =>
  isObject(value) && Object.keys(value).every((key) => key === '__proto__' || isItem(value[key]));
const isNumber0ToAny = (value) => Number.isFinite(value) && value >= 0;

/** Null for a type that no frame has. */
function judge(frame) {
  if (!((frame.type === undefined || typeof frame.type === 'string'))) return false;
  switch (frame.event) {
    case 'connected':
      return true;
    case 'pong':
      return true;
    case 'task_queued':
      return true;
    case 'processing_started':
      return true;
    case 'chunk':
      return typeof frame.chunk === 'string';
    case 'complete':
      return true;
    case 'error':
      return typeof frame.error === 'string';
    case 'token_expiring_soon':
      return isNumber0ToAny(frame.expires_in);
    default:
      return null;
  }
}

export const isServerFrame = (frame) => judge(frame) === true;
export const isServerFrameType = (event) => judge({ event }) !== null;
