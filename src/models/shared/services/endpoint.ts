import { readFile } from 'node:fs/promises';
import { EXIT, UserError } from '../../../ground/errors.ts';
import { explainFileError } from '../../../ground/files.ts';
import { NO_PROFILE, type Price, type Profile, readPrice, readProfile } from './profile.ts';

/** How a user names a service: `NAME` or `NAME@profile`, and what flags and environment add. */
export interface ServiceName {
  readonly name: string;
  readonly endpoint?: string;
  /** File of profiles. */
  readonly profiles?: string;
  /** File of prices. */
  readonly prices?: string;
}

/** A service, as everything that determines its answers; the key is not part of it. */
export interface Endpoint {
  /** The base URL, e.g. `http://127.0.0.1:8080/v1`, without credentials. */
  readonly url: string;
  readonly model: string;
  readonly profile: Profile;
  readonly price?: Price;
}

const ENDPOINT = 'CHINESEBLUE_ENDPOINT';
const PROFILES = 'CHINESEBLUE_PROFILES';

/**
 * Where a service is and which model it serves. A given endpoint takes precedence over that of the profile, and that over the
 * environment. Throws a UserError `no-endpoint`, `bad-endpoint`, or one of the files'.
 */
export async function findEndpoint(
  { name, endpoint, profiles, prices }: ServiceName,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Endpoint> {
  const at = name.lastIndexOf('@');
  const [model, profileName] = at > 0 ? [name.slice(0, at), name.slice(at + 1)] : [name];
  const profile =
    profileName === undefined
      ? NO_PROFILE
      : await readProfile(profiles ?? environment[PROFILES], profileName);
  const url = endpoint ?? profile.endpoint ?? environment[ENDPOINT];
  if (!url) throw noEndpoint(model);
  const served = profile.model ?? model;
  const price = (prices === undefined ? undefined : await readPrice(prices, served)) ?? profile.price;
  return { url: checkUrl(url), model: served, profile, ...(price && { price }) };
}

function noEndpoint(model: string): UserError {
  return new UserError(
    'no-endpoint',
    { en: `No endpoint is known for ${model}`, zh: `不知道 ${model} 的服务地址` },
    {
      field: 'endpoint',
      hint: {
        en: `Give --endpoint http://127.0.0.1:8080/v1, a profile (${model}@PROFILE), or set ${ENDPOINT}.`,
        zh: `请给出 --endpoint http://127.0.0.1:8080/v1 或配置名（${model}@PROFILE），或设置环境变量 ${ENDPOINT}。`,
      },
      exitCode: EXIT.usage,
    },
  );
}

/** A URL must not contain a secret, because it is recorded. */
function checkUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const fits = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search;
  if (fits) return url.href.replace(/\/$/, '');
  throw new UserError(
    'bad-endpoint',
    {
      en: 'An endpoint is an http or https URL without user, password and query',
      zh: '服务地址须为不含用户名、密码和查询参数的 http 或 https URL',
    },
    {
      field: 'endpoint',
      hint: {
        en: 'Put the key into the environment variable that --key-env names.',
        zh: '密钥请放入 --key-env 指定的环境变量。',
      },
      exitCode: EXIT.usage,
    },
  );
}

/** The key of a service: never recorded, logged or part of what identifies an answer. */
export const readKey = (variable: string, environment: NodeJS.ProcessEnv = process.env): string | undefined =>
  environment[variable] || undefined;

export async function readCertificates({ caFile }: Profile): Promise<string | undefined> {
  if (caFile === undefined) return undefined;
  try {
    return await readFile(caFile, 'utf8');
  } catch (error) {
    throw explainFileError(error, caFile);
  }
}
