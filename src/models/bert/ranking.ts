import * as z from 'zod';
import type { EmbeddingTarget } from '../../encoders/heads/embedding.ts';
import { type RankingTarget, rankingHead } from '../../encoders/heads/ranking.ts';
import type { Example } from '../../tasks/examples.ts';
import { biEncoder, cosineOf, type GradedQuery, isBiEncoder } from './biencoder.ts';
import { definePlanner, type FamilyPlan, hideTypes, type Plan, type PlanContext } from './plan.ts';

/** A score for every document of a query: read together with it, or the cosine of their vectors. */
export const rankingPlanner = definePlanner<'ranking', object>({
  schema: z.object({}),
  learn: () => ({}),
  plan: (_learnt, context) =>
    isBiEncoder(context.parameters) ? planVectors(context) : planTogether(context),
});

function planTogether({ tokenizer, config, parameters }: PlanContext): FamilyPlan<'ranking'> {
  const { maxLength, rankingLoss, documents: most } = parameters;
  const plan: Plan<'ranking', RankingTarget, number> = {
    head: rankingHead(config, rankingLoss),
    labels: ['relevance'],
    items: (examples) =>
      examples.flatMap(({ input, gold }, query) => {
        const order = input.documents.map((_, i) => i).sort((a, b) => gold.relevance[b] - gold.relevance[a]);
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
}

const gradedOf = ({ input, gold }: Example<'ranking'>): GradedQuery => ({
  query: input.query,
  documents: input.documents.map(({ title }, i) => ({ text: title, grade: gold.relevance[i] })),
});

function planVectors(context: PlanContext): FamilyPlan<'ranking'> {
  const { head, files, sequenceOf, items, mine } = biEncoder(context);
  const plan: Plan<'ranking', EmbeddingTarget, Float32Array> = {
    ...{ head, files },
    labels: [],
    items: (examples) => items(examples.map(gradedOf)),
    mine: (examples, signal) => mine(examples.map(gradedOf), signal),
    ask: ({ query, documents }) => ({
      sequences: [query, ...documents.map(({ title }) => title)].map(sequenceOf),
      decode: ([own, ...others]) => ({ scores: others.map((other) => cosineOf(own, other)) }),
    }),
  };
  return hideTypes(plan);
}
