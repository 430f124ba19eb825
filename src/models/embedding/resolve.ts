import { availableParallelism } from 'node:os';
import { readTextSettings } from '../../encoders/inference/text-encoder.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import { AUTO } from '../../ground/parameters.ts';
import type { FamilyId } from '../../tasks/examples.ts';
import type { ResolveContext } from '../contract.ts';
import type { EmbeddingParameters, GivenEmbeddingParameters } from './parameters.ts';

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
    threads: given.threads === AUTO ? availableParallelism() : given.threads,
  };
}

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
