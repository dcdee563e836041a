// Generated from schema.ts by scripts/compile-validators.ts. Do not edit.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isArrayOf = (value, isItem) => Array.isArray(value) && value.every((item) => isItem(item));
// The key __proto__ is left unread, as zod does; nobody copies it.
const isRecordOf = (value, isItem) =>
  isObject(value) && Object.keys(value).every((key) => key === '__proto__' || isItem(value[key]));
const isAssistantMessagePayload = (value) => isObject(value)
  && typeof value.text === 'string';
const isAssistantMessageMeta = (value) => isObject(value)
  && (value.queued_message_id === undefined || typeof value.queued_message_id === 'string')
  && (value.in_reply_to === undefined || (typeof value.in_reply_to === 'string' || value.in_reply_to === null));
const isInteger1ToAny = (value) => Number.isSafeInteger(value) && value >= 1;

/** Null for a type that no frame has. */
function judge(frame) {
  if (!((frame.type === undefined || typeof frame.type === 'string'))) return false;
  switch (frame.event) {
    case 'pong':
      return true;
    case 'typing':
      return typeof frame.value === 'boolean';
    case 'assistant_message':
      return isAssistantMessagePayload(frame.payload) && (frame.meta === undefined || isAssistantMessageMeta(frame.meta)) && (frame.sequence === undefined || isInteger1ToAny(frame.sequence));
    case 'task_failed':
      return (frame.message === undefined || isAssistantMessageMeta(frame.message));
    case 'protocol_error':
      return true;
    default:
      return null;
  }
}

export const isServerFrame = (frame) => judge(frame) === true;
export const isServerFrameType = (event) => judge({ event }) !== null;
