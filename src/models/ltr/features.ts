import * as z from 'zod';
import type { Text } from '../../ground/language.ts';
import type { Input } from '../../tasks/examples.ts';
import { siteOf } from '../../tasks/families/ranking/sharing.ts';
import { type Encoder, encodeOne } from '../shared/features/encoder.ts';
import { encoderJson } from '../shared/features/inputs.ts';
import { fitPairEncoder, openPairEncoder } from '../shared/features/pairs.ts';
import { TFIDF_ARRAYS, tfidfRules } from '../shared/features/tfidf-content.ts';
import type { ArraysOf, ContentSpec, ModelContent } from '../shared/modelfile.ts';
import {
  type Bm25Scorer,
  collectStatistics,
  createScorer,
  statisticsJson,
} from '../shared/retrieval/scorer.ts';
import type { LtrParameters } from './parameters.ts';

type Query = Input<'ranking'>;

/** Feature vector of a document for a query: entries by column. */
export interface RankingFeatures {
  readonly width: number;
  features(query: string, document: Query['documents'][number]): Map<number, number>;
  name(column: number): Text;
  pack(): ModelContent;
}

const TOKENS = ['unigram', 'bigram', 'word'] as const;
const BM25_NAMES: readonly Text[] = [
  { en: 'BM25 of unigrams', zh: '单字 BM25' },
  { en: 'BM25 of bigrams', zh: '二元组 BM25' },
  { en: 'BM25 of words', zh: '词 BM25' },
];
const CONSTANTS = { k1: 1.5, b: 0.75 };
/** Scores are divided by this, to be near 1 like the other features. */
const SCORE_SCALE = 5;
/** Titles cut by a search engine end in dots. */
const CUT_OFF = /\.\.\.|…/u;
const PLAIN: readonly Text[] = [
  { en: 'title: length', zh: '标题长度' },
  { en: 'title: shorter than 8', zh: '标题短于 8 字' },
  { en: 'title: cut off', zh: '标题被截断' },
];

/** Learns n-grams, token statistics and sites (host names in at least `minSite` lists) from the training lists. */
export async function learnFeatures(
  inputs: readonly Query[],
  { ngram, minDf, sites: withSites, minSite }: LtrParameters,
  yieldNow: () => Promise<void> | undefined,
): Promise<RankingFeatures> {
  const pairs = inputs.flatMap(({ query, documents }) =>
    documents.map(({ title }) => ({ textA: query, textB: title })),
  );
  const encoder = fitPairEncoder(pairs, {
    least: 1,
    most: ngram,
    minDocuments: minDf,
    sublinear: true,
  });
  await yieldNow();
  const titles = pairs.map(({ textB }) => textB);
  const scorers: Bm25Scorer[] = [];
  for (const kind of TOKENS)
    scorers.push(createScorer(await collectStatistics(titles, kind, CONSTANTS, yieldNow)));
  const sites = new Map<string, number>();
  for (const { documents } of withSites ? inputs : []) {
    for (const site of new Set(documents.map(siteOf))) sites.set(site, (sites.get(site) ?? 0) + 1);
  }
  sites.delete('');
  const known = [...sites].filter(([, lists]) => lists >= minSite).map(([site]) => site);
  return createFeatures(encoder, scorers, known.sort());
}

const headerJson = z.object({
  encoder: encoderJson,
  statistics: z.array(statisticsJson).length(TOKENS.length),
  sites: z.array(z.string()),
});
const ARRAYS = { ...TFIDF_ARRAYS, weights: 'Float32Array' } as const;

/** Their form in a model file. */
export const FEATURE_SPEC: ContentSpec<z.infer<typeof headerJson>, typeof ARRAYS> = {
  header: headerJson,
  arrays: ARRAYS,
  rules: ({ arrays }) => tfidfRules(arrays),
};

/** The features of what `pack` gave. */
export function openFeatures(
  { encoder: { options, measured = false }, statistics, sites }: z.infer<typeof headerJson>,
  arrays: ArraysOf<typeof TFIDF_ARRAYS>,
): RankingFeatures {
  return createFeatures(openPairEncoder(arrays, options, measured), statistics.map(createScorer), sites);
}

function createFeatures(
  encoder: Encoder<{ textA: string; textB: string }>,
  scorers: readonly Bm25Scorer[],
  sites: readonly string[],
): RankingFeatures {
  const siteColumns = new Map(sites.map((site, i) => [site, i]));
  const afterScores = encoder.width + scorers.length;
  const afterPlain = afterScores + PLAIN.length;
  return {
    width: afterPlain + sites.length,
    features(query, document) {
      const { title } = document;
      const row = encodeOne(encoder, { textA: query, textB: title });
      const found = new Map<number, number>();
      for (let k = 0; k < row.columns.length; k++) found.set(row.columns[k], row.values[k]);
      scorers.forEach((scorer, i) => {
        found.set(encoder.width + i, scorer.score(query, title) / SCORE_SCALE);
      });
      [Math.log1p(title.length) / 4, title.length < 8 ? 1 : 0, CUT_OFF.test(title) ? 1 : 0].forEach(
        (value, i) => {
          found.set(afterScores + i, value);
        },
      );
      const site = siteColumns.get(siteOf(document));
      if (site !== undefined) found.set(afterPlain + site, 1);
      return found;
    },
    name(column) {
      if (column < encoder.width) return encoder.name(column);
      if (column < afterScores) return BM25_NAMES[column - encoder.width];
      if (column < afterPlain) return PLAIN[column - afterScores];
      const site = sites[column - afterPlain];
      return { en: `site ${site}`, zh: `站点 ${site}` };
    },
    pack() {
      const { header, arrays } = encoder.pack();
      return {
        header: { encoder: header, statistics: scorers.map(({ statistics }) => statistics), sites },
        arrays,
      };
    },
  };
}
