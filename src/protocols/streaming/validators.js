// Generated from schema.ts by scripts/compile-validators.ts. Do not edit.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isArrayOf = (value, isItem) => Array.isArray(value) && value.every((item) => isItem(item));
// The key __proto__ is left unread, as zod does; nobody copies it.
const isRecordOf = (value, isItem) =>
  isObject(value) && Object.keys(value).every((key) => key === '__proto__' || isItem(value[key]));
const isNumber0ToAny = (value) => Number.isFinite(value) && value >= 0;

export function isServerFrame(frame) {
  if (!((frame.type === undefined || typeof frame.type === 'string'))) return false;
  switch (frame.event) {
    case 'connected':
      return (frame.timestamp === undefined || typeof frame.timestamp === 'string');
    case 'pong':
      return (frame.timestamp === undefined || typeof frame.timestamp === 'string');
    case 'task_queued':
      return (frame.timestamp === undefined || typeof frame.timestamp === 'string');
    case 'processing_started':
      return true;
    case 'chunk':
      return typeof frame.chunk === 'string';
    case 'complete':
      return true;
    case 'error':
      return typeof frame.error === 'string' && (frame.timestamp === undefined || typeof frame.timestamp === 'string');
    case 'token_expiring_soon':
      return isNumber0ToAny(frame.expires_in);
    default:
      return false;
  }
}

export function isServerFrameType(type) {
  switch (type) {
    case 'connected':
    case 'pong':
    case 'task_queued':
    case 'processing_started':
    case 'chunk':
    case 'complete':
    case 'error':
    case 'token_expiring_soon':
      return true;
    default:
      return false;
  }
}
