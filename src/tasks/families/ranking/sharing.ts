import type { LabelSharing } from '../family.ts';
import type { RankedDocument, RankingTypes } from './types.ts';

/** The host name of a document's address, or '' where there is none. */
export function siteOf({ url }: RankedDocument): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : '';
}

/** Documents that share a title or a site: above or below the other documents of their query, on average. */
export const documentSharing: LabelSharing<RankingTypes> = {
  items({ documents }, gold) {
    const mean = gold && gold.relevance.reduce((sum, grade) => sum + grade, 0) / documents.length;
    return documents.map((document, i) => ({
      keys: [document.title, siteOf(document)],
      ...(gold && gold.relevance[i] !== mean && { label: gold.relevance[i] > mean! ? 'above' : 'below' }),
    }));
  },
  prediction: (expected) => ({ scores: expected.map(({ shares }) => shares.above ?? 0) }),
};
