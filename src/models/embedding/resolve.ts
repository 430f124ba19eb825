import { availableParallelism } from 'node:os';
import { readTextSettings } from '../../encoders/inference/text-encoder.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { AUTO } from '../../ground/parameters.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { ResolveContext } from '../contract.ts';
import type { EmbeddingParameters, GivenEmbeddingParameters } from './parameters.ts';
import { endpointOf, isServed } from './served.ts';

type Head = EmbeddingParameters['head'];

/** The heads of a family, its usual one first. */
const HEADS_OF: Readonly<Partial<Record<FamilyId, readonly Head[]>>> = {
  ranking: ['cosine'],
  similarity: ['cosine', 'logistic', 'knn'],
};
const OTHER_HEADS: readonly Head[] = ['logistic', 'knn'];

/** Names of prompts for documents, as `sentence-transformers` looks for them. */
const DOCUMENT_PROMPTS = ['document', 'passage', 'corpus'];

/**
 * Decides the head from the family, and prompts from the folder. Throws a UserError where `init` names no encoder, and
 * `bad-parameter` for a head that the family has not.
 */
export async function resolveParameters(
  given: GivenEmbeddingParameters,
  { task: { family } }: ResolveContext,
): Promise<EmbeddingParameters> {
  const heads = HEADS_OF[family] ?? OTHER_HEADS;
  const head = given.head === AUTO ? heads[0] : given.head;
  if (!heads.includes(head)) throw badHead(head, heads, family);
  const threads = given.threads === AUTO ? availableParallelism() : given.threads;
  if (isServed(given)) return { ...(await resolveServed(given)), head, threads };
  const { prompts, defaultPrompt } = await readTextSettings(given.init);
  const named = (names: readonly string[]): string | undefined =>
    names.map((name) => prompts[name]).find((text) => text !== undefined);
  const or = (text: string, usual: string): string => (text === AUTO ? usual : text);
  const prompt = or(given.prompt, defaultPrompt === undefined ? '' : prompts[defaultPrompt]);
  return {
    ...given,
    head,
    prompt,
    queryPrompt: or(given.queryPrompt, named(['query']) ?? prompt),
    documentPrompt: or(given.documentPrompt, named(DOCUMENT_PROMPTS) ?? prompt),
    threads,
  };
}

/** A service has no prompts to choose from, and decides how vectors are computed. */
async function resolveServed(
  given: GivenEmbeddingParameters,
): Promise<Omit<EmbeddingParameters, 'head' | 'threads'>> {
  if (given.pooling !== 'folder') throw notOfServices('pooling');
  if (given.maxLength !== undefined) throw notOfServices('max-length');
  if (given.device !== 'cpu') throw notOfServices('device');
  const or = (text: string, usual: string): string => (text === AUTO ? usual : text);
  const prompt = or(given.prompt, '');
  return {
    ...given,
    endpoint: (await endpointOf(given)).url,
    prompt,
    queryPrompt: or(given.queryPrompt, prompt),
    documentPrompt: or(given.documentPrompt, prompt),
  };
}

const notOfServices = (field: string): UserError =>
  new UserError(
    'bad-parameter',
    {
      en: `${field} of embedding has no meaning where a service makes the vectors`,
      zh: `由服务计算向量时，embedding 的参数 ${field} 无意义`,
    },
    {
      field,
      hint: { en: 'Leave it out.', zh: '请省略该参数。' },
      exitCode: EXIT.usage,
    },
  );

const badHead = (head: string, heads: readonly string[], family: FamilyId): UserError =>
  new UserError(
    'bad-parameter',
    {
      en: `head of embedding cannot be ${head} for ${family}`,
      zh: `embedding 的 head 用于任务族 ${family} 时不能为 ${head}`,
    },
    {
      field: 'head',
      hint: { en: `It has ${heads.join(', ')}.`, zh: `可用：${heads.join('、')}。` },
      exitCode: EXIT.usage,
    },
  );
