/** Programs that load the installed package in every way an application can, and fail where that shows a fault. */

const SUBPATHS = [
  'chatsocket',
  'chatsocket/protocols',
  'chatsocket/schemas',
  'chatsocket/transports',
  'chatsocket/storage',
  'chatsocket/testing',
];

/** Lets an ES module load from CommonJS as well. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(process.cwd() + '/x.js');";

/** Every subpath has names, and none leaves anything running: the process has to end by itself. */
export const ESM_CHECK = SUBPATHS.map(
  (path) => `if (Object.keys(await import('${path}')).length === 0) throw new Error('${path} is empty');`,
).join('\n');

export const CJS_CHECK = SUBPATHS.map(
  (path) => `if (Object.keys(require('${path}')).length === 0) throw new Error('${path} is empty');`,
).join('\n');

/** An application may end up with both builds side by side. */
export const BRAND_CHECK = `${REQUIRE}
  const esm = await import('chatsocket');
  const cjs = require('chatsocket');
  const thrown = (library) => {
    try {
      new library.ChatSocketClient({ url: 'not a URL' });
    } catch (error) {
      return error;
    }
  };
  for (const library of [esm, cjs]) {
    for (const error of [thrown(esm), thrown(cjs)]) {
      if (!library.isChatSocketError(error, 'usage/invalid-option')) throw new Error('not recognised');
    }
  }`;

export const REACT_CHECK = `${REQUIRE}
  for (const react of [await import('chatsocket/react'), require('chatsocket/react')]) {
    if (typeof react.useChatSocket !== 'function') throw new Error('useChatSocket is missing');
  }`;
