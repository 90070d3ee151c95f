/** What expressions reach in `windlass eval`: secrets, and no files, as there is no execution. */
import type { Config } from '../config/config.ts';
import type { Services } from '../expression/render-context.ts';

export function evaluationServices(config: Config): Services {
  const missing = (path: string) => {
    throw new Error(`${path} (No such file or directory)`);
  };
  return {
    secret: name => config.secrets[name.toUpperCase()],
    kv: () => undefined,
    read: missing,
    fileSize: missing,
    fileExists: () => false,
    now: () => Date.now(),
  };
}
