import { type RankingLoss, type RankingTarget, rankingHead } from '../../encoders/heads/ranking.ts';
import { EXIT, UserError } from '../../ground/errors.ts';
import type { Plan, Planner } from './plan.ts';

/** A score for every document of a query, read together with it. */
export const rankingPlanner: Planner<'ranking', Record<string, never>> = {
  learn: () => ({}),
  plan(_learnt, { tokenizer, config, maxLength, parameters }) {
    const kind = String(parameters['ranking-loss']);
    if (kind !== 'listwise' && kind !== 'pairwise') {
      throw new UserError('bad-parameter', `ranking-loss is listwise or pairwise, not ${kind}`, {
        exitCode: EXIT.usage,
      });
    }
    const most = Math.max(2, Number(parameters.documents));
    const plan: Plan<'ranking', RankingTarget, number> = {
      head: rankingHead(config, kind as RankingLoss),
      labels: ['relevance'],
      eager: false,
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
    return plan as unknown as Plan<'ranking', never, never>;
  },
};
