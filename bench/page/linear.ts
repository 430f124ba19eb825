import { type Result, type Section, seconds, table, times } from './section.ts';

const CORPORA = ['cMedIC', 'cMedQQ', 'cMedTC'];

export const linear: Section = {
  title: 'Logistic regression on character n-grams vs. scikit-learn',
  result: 'linear',
  command: 'bench/models/linear.ts',
  goals: (result) =>
    CORPORA.map((corpus) => ({
      what: `Logistic regression on ${corpus} vs. scikit-learn`,
      measured: result[corpus].ratio,
      goal: 1,
      unit: 'times',
    })),
  body: (result) => [
    ...table(
      [
        'corpus',
        'ours, total',
        'scikit-learn, total',
        'ratio',
        'our objective',
        'scikit-learn objective',
        'our dev accuracy',
        'scikit-learn dev accuracy',
      ],
      CORPORA.map((corpus) => {
        const [ours, peer] = Object.values<Result>(result[corpus].table);
        return [
          corpus,
          seconds(ours['all, s']),
          seconds(peer['all, s']),
          times(result[corpus].ratio),
          ours.objective.toFixed(6),
          peer.objective.toFixed(6),
          (ours['dev accuracy'] * 100).toFixed(2),
          (peer['dev accuracy'] * 100).toFixed(2),
        ];
      }),
    ),
    '',
    `scikit-learn ${result.peers['scikit-learn']}: TfidfVectorizer and LogisticRegression on the same n-grams, C ${result.settings.c}, tolerance ${result.settings.tolerance}. Median of ${result.rounds} alternating rounds.`,
  ],
};
