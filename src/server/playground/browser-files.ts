import type { OpenAPIHono } from '@hono/zod-openapi';
import type { UserError } from '../../ground/errors.ts';
import type { Env } from '../api/context.ts';

/** A file that pages load. */
export interface BrowserFile {
  readonly content: Uint8Array<ArrayBuffer> | ReadableStream;
  readonly type: string;
}

/** The files that run models in the browser: programs and models, injected by the caller. */
export interface BrowserFiles {
  /** Models that a page can run, by name, with the URL of the module that opens each. */
  readonly models: ReadonlyMap<string, string>;
  /** Why the other models cannot be run there. */
  readonly missing: ReadonlyMap<string, UserError>;
  /** The file at a path below `/playground/files/`; undefined where there is none. */
  read(path: string): Promise<BrowserFile | undefined>;
}

const PREFIX = '/playground/files/';

/** The address of a file that pages load. */
export const addressOf = (path: string): string => PREFIX + path;

/** The files that run models in the browser. */
export function addBrowserFiles(app: OpenAPIHono<Env>, browser: BrowserFiles): void {
  app.get(`${PREFIX}*`, async (c) => {
    const file = await browser.read(decoded(c.req.path.slice(PREFIX.length)));
    if (!file) return c.notFound();
    return c.body(file.content, 200, { 'content-type': file.type });
  });
}

/** A malformed URL names no file. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
