/** `chat.mjs <ws|built-in> <url> <room> <token> …`: has a chat, and writes what was shown. */
import { WebSocket } from 'ws';
import { haveAChat } from './have-a-chat.js';

const [webSocket, url = '', room = '', ...tokens] = process.argv.slice(2);
const shown = await haveAChat({ url, room, tokens, ...(webSocket === 'ws' ? { webSocket: WebSocket } : {}) });
console.log(JSON.stringify({ node: process.versions.node, webSocket, shown }));
