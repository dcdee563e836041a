/** `chat-in-jsdom.mjs <url> <room> <origin> <token> …`: has a chat in a page of jsdom, with its own socket and its signals. */
import { JSDOM } from 'jsdom';

const [url = '', room = '', origin = '', ...tokens] = process.argv.slice(2);

// The package is loaded before there is a page, as a server that renders pages would.
const { haveAChat } = await import('./have-a-chat.js');
const { window } = new JSDOM('', { url: `${origin}/chat` });
const heard = watchListeners(window);
Object.defineProperties(globalThis, {
  window: { value: window },
  document: { value: window.document },
  navigator: { value: window.navigator, configurable: true },
  WebSocket: { value: window.WebSocket, configurable: true },
  addEventListener: { value: window.addEventListener.bind(window) },
  removeEventListener: { value: window.removeEventListener.bind(window) },
});

const shown = await haveAChat({ url, room, tokens });
console.log(JSON.stringify({ shown, listenersMost: heard.most, listenersLeft: heard.now }));
window.close();

/** Counts what listens to the window and to its document. */
function watchListeners(page: JSDOM['window']): { now: number; most: number } {
  const count = { now: 0, most: 0 };
  for (const target of [page, page.document]) {
    const { addEventListener, removeEventListener } = target;
    target.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      count.now += 1;
      count.most = Math.max(count.most, count.now);
      addEventListener.apply(target, given);
    };
    target.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
      count.now -= 1;
      removeEventListener.apply(target, given);
    };
  }
  return count;
}
