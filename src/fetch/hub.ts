import * as z from 'zod';
import { EXIT, UserError } from '../ground/errors.ts';
import { issueText } from '../ground/issues.ts';
import { fileUrl, noConnection, reason, statusError } from './download.ts';
import type { ExpectedFile } from './identity.ts';

/** A server with the interface of the Hugging Face hub. */
export interface Hub {
  /** Its address, without a slash at the end. */
  readonly endpoint: string;
  /** Sent to `endpoint` alone, and never recorded. */
  readonly token: string | undefined;
}

/** A model as the hub lists it: at one commit, with the hash of every file. */
export interface HubListing {
  readonly commit: string;
  readonly files: readonly ExpectedFile[];
}

const ENDPOINT = 'https://huggingface.co';
/** The listing of a model has a few dozen files. */
const MAX_LISTING_BYTES = 8 << 20;
const SILENCE_MS = 60_000;

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const listing = z.object({
  sha: hex(40),
  siblings: z.array(
    z.object({
      rfilename: z.string().min(1),
      size: z.int().min(0).optional(),
      blobId: hex(40).optional(),
      lfs: z.object({ sha256: hex(64), size: z.int().min(0) }).nullish(),
    }),
  ),
});

/** The hub that the environment configures: `HF_ENDPOINT` for a mirror, `HF_TOKEN` for models that need an account. */
export function hubOf({ HF_ENDPOINT: given, HF_TOKEN: token }: NodeJS.ProcessEnv): Hub {
  const endpoint = (given?.trim() || ENDPOINT).replace(/\/+$/, '');
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password)
    throw new UserError(
      'bad-endpoint',
      {
        en: 'HF_ENDPOINT is not an http or https address without user and password',
        zh: 'HF_ENDPOINT 须为不含用户名和密码的 http 或 https 网址',
      },
      {
        field: 'HF_ENDPOINT',
        hint: {
          en: 'For example https://hf-mirror.com; put a token in HF_TOKEN.',
          zh: '例如 https://hf-mirror.com；令牌请放入 HF_TOKEN。',
        },
        exitCode: EXIT.usage,
      },
    );
  return { endpoint, token: token?.trim() || undefined };
}

/** Headers of a request to the hub. They are not sent on when it redirects to another server. */
export const hubHeaders = ({ token }: Hub): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {};

/** The address of a file of a model. */
export const hubUrl = ({ endpoint }: Hub, repository: string, commit: string, path: string): string =>
  fileUrl(`${endpoint}/${repository}/resolve/${commit}`, path);

/**
 * What a model consists of at a revision: a commit, or a branch that the answer resolves to one. Throws a UserError:
 * `not-authorised`, `not-on-server`, `server-error`, `no-connection`.
 */
export async function listHub(
  hub: Hub,
  repository: string,
  revision: string,
  signal?: AbortSignal,
): Promise<HubListing> {
  const url = `${hub.endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const limit = AbortSignal.timeout(SILENCE_MS);
  let text: string;
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...hubHeaders(hub) },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw statusError(url, repository, response.status);
    }
    text = await textOf(response, url);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof UserError) throw error;
    throw noConnection(url, reason(error));
  }
  return parse(text, url, revision);
}

async function textOf(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_LISTING_BYTES) throw unexpected(url, { en: 'too long', zh: '过长' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string, url: string, revision: string): HubListing {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unexpected(url, { en: 'not JSON', zh: '不是 JSON' });
  }
  const result = listing.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    const [path, why] = [issue.path.join('.'), issueText(issue)];
    throw unexpected(url, { en: `${path}: ${why.en}`, zh: `${path}：${why.zh}` });
  }
  const { sha: commit, siblings } = result.data;
  if (/^[0-9a-f]{40}$/.test(revision) && commit !== revision)
    throw unexpected(url, { en: `the commit ${commit}`, zh: `提交为 ${commit}` });
  return {
    commit,
    files: siblings.map(({ rfilename: path, size, blobId, lfs }) =>
      lfs ? { path, bytes: lfs.size, sha256: lfs.sha256 } : { path, bytes: size, gitBlob: blobId },
    ),
  };
}

const unexpected = (url: string, why: { en: string; zh: string }): UserError =>
  new UserError(
    'server-error',
    {
      en: `The server does not answer as the hub does: ${why.en}`,
      zh: `服务器的应答与 Hugging Face Hub 不同：${why.zh}`,
    },
    { hint: { en: `The address was ${url}. Check HF_ENDPOINT.`, zh: `地址为 ${url}，请检查 HF_ENDPOINT。` } },
  );
