import { parseParameters } from '../../ground/parameters.ts';
import type { Task } from '../../tasks/task.ts';
import type { Retriever } from '../shared/retrieval/retriever.ts';
import { indexVectors } from '../shared/vectors/search.ts';
import { PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { openVectors, type Watching } from './vectors.ts';

const OWNER = { name: { en: 'The encoder', zh: '编码器' } };

/**
 * Embeds a collection with an encoder (a folder, or the name of a model) and its prompts for documents and queries, to be
 * searched by the cosine with every document. Throws a UserError if the encoder cannot be read.
 */
export async function openVectorRetriever(
  documents: readonly string[],
  { init, task }: { readonly init: string; readonly task: Task },
  watching: Watching = {},
): Promise<Retriever> {
  const parameters = await resolveParameters(parseParameters(PARAMETERS, { init }, OWNER), { task });
  const { documentPrompt, queryPrompt, threads } = parameters;
  const vectors = await openVectors(parameters);
  const embedded = await vectors.of(documents, documentPrompt, watching);
  const index = await indexVectors(embedded, embedded[0]?.length ?? 0, threads);
  return {
    bytes: index.bytes,
    search: async (queries, most, signal) =>
      index.search(await vectors.of(queries, queryPrompt, { signal }), most, signal),
  };
}
