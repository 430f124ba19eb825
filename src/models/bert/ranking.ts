import * as z from 'zod';
import { type RankingTarget, rankingHead } from '../../encoders/heads/ranking.ts';
import { definePlanner, hideTypes, type Plan } from './plan.ts';

/** A score for every document of a query, read together with it. */
export const rankingPlanner = definePlanner<'ranking', object>({
  schema: z.object({}),
  learn: () => ({}),
  plan(_learnt, { tokenizer, config, parameters: { maxLength, rankingLoss, documents: most } }) {
    const plan: Plan<'ranking', RankingTarget, number> = {
      head: rankingHead(config, rankingLoss),
      labels: ['relevance'],
      items: (examples) =>
        examples.flatMap(({ input, gold }, query) => {
          const order = input.documents
            .map((_, i) => i)
            .sort((a, b) => gold.relevance[b] - gold.relevance[a]);
          if (order.length < 2 || gold.relevance[order[0]] === gold.relevance[order[order.length - 1]])
            return [];
          // evenly over the grades: the best, the worst, and those between
          const size = Math.min(most, order.length);
          const chosen = Array.from(
            { length: size },
            (_, k) => order[Math.round((k * (order.length - 1)) / (size - 1))],
          );
          const rows = chosen.map((i) => ({
            sequence: tokenizer.encodePair(input.query, input.documents[i].title, maxLength),
            target: { query, relevance: gold.relevance[i] },
          }));
          return [{ rows }];
        }),
      ask: ({ query, documents }) => ({
        sequences: documents.map(({ title }) => tokenizer.encodePair(query, title, maxLength)),
        decode: (scores) => ({ scores }),
      }),
    };
    return hideTypes(plan);
  },
});
