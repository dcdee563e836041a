/** Builds the chat page where that is needed. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface PageFolders {
  /** The folder of the page's own sources, with its Vite configuration. */
  readonly source: string;
  /** The library that the page is built with. */
  readonly library: string;
  readonly build: string;
}

/** True where there is no page yet, or one that is older than anything it is made of. */
export async function isPageStale({ source, library, build }: PageFolders): Promise<boolean> {
  const builtAtMs = await changedAtMs(join(build, 'index.html'));
  if (builtAtMs === null) return true;
  const sources = await Promise.all([newestIn(source, build), newestIn(library, build)]);
  return Math.max(...sources) > builtAtMs;
}

/** Rejects with Vite's own words where the page cannot be built. */
export async function buildPage({ source }: PageFolders): Promise<void> {
  // Loaded only when needed: Vite costs half a second that a page already built does not have to wait for.
  const { build } = await import('vite');
  await build({ root: source, logLevel: 'warn' });
}

/** Folders count as well: removing a file changes nothing but its folder. */
async function newestIn(folder: string, exceptFolder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const times = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (path === exceptFolder || entry.name === 'node_modules') return 0;
      return entry.isDirectory() ? newestIn(path, exceptFolder) : ((await changedAtMs(path)) ?? 0);
    }),
  );
  // The page's own folder changes when the build folder is made in it.
  const isParent = exceptFolder.startsWith(folder);
  return Math.max(isParent ? 0 : ((await changedAtMs(folder)) ?? 0), ...times);
}

async function changedAtMs(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return null;
  }
}
