import type { Browser } from 'playwright';

/** Stops every renderer of this browser as a system does with a frozen tab; the function returned lets them go on. */
export async function freezePages(browser: Browser): Promise<() => void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  for (const id of renderers) process.kill(id, 'SIGSTOP');
  let isFrozen = true;
  return () => {
    if (isFrozen) for (const id of renderers) process.kill(id, 'SIGCONT');
    isFrozen = false;
  };
}
