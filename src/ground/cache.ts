import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The per-user directory for what is fetched once and kept; it may not exist yet. */
export function cacheDir(
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  const xdg = environment.XDG_CACHE_HOME;
  if (xdg && isAbsolute(xdg)) return join(xdg, 'chineseblue');
  const home = environment.HOME ?? environment.USERPROFILE ?? homedir();
  if (platform === 'win32') {
    return join(environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'chineseblue', 'Cache');
  }
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'chineseblue');
  return join(home, '.cache', 'chineseblue');
}
