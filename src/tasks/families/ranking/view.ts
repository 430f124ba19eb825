import type { FamilyView } from '../view.ts';
import type { RankingTypes } from './types.ts';

export const rankingView: FamilyView<RankingTypes> = {
  blocks: ({ query, documents }) => [
    { text: query },
    ...documents.map(({ title, url }) => ({ who: url, text: title })),
  ],
  side: (answer) => ({ elements: [], values: 'relevance' in answer ? answer.relevance : answer.scores }),
  near: () => 0,
};
