import type { Entity } from '../../../tasks/families/ner/types.ts';
import { type Characters, positionsOf, readCharacters } from '../mentions/characters.ts';
import { eachAttribute } from './dataset.ts';
import { describeAttribute, type FeatureWeight, heaviest } from './explain.ts';
import { backward, createLattice, forward, reserve, setTransitions } from './lattice.ts';
import type { CrfModel } from './model.ts';
import { decodeTags, tagCount } from './tags.ts';
import { readTracks } from './templates.ts';
import { bestPath, bestPaths } from './viterbi.ts';

/** One reading of a text. */
export interface Reading {
  readonly entities: readonly Entity[];
  /** Its probability among all legal tag sequences. */
  readonly probability: number;
}

/** A trained CRF at work. `side` is what is known of the whole text beside its characters, such as its speaker. */
export interface Tagger {
  readonly types: readonly string[];
  /** The entities of the likeliest tag sequence, in order, never overlapping. */
  tag(text: string, side?: string): Entity[];
  /** The `k` likeliest tag sequences, best first. */
  best(text: string, k: number, side?: string): Reading[];
  /** The probability that each span is exactly an entity of its type. */
  confidences(text: string, entities: readonly Entity[], side?: string): number[];
  /** The heaviest features of the first tag of an entity in its text. */
  features(text: string, entity: Entity, side?: string): FeatureWeight[];
  /** The heaviest features of a tag over all texts; `tag` as in `tagName`. */
  topFeatures(tag: string, count: number): FeatureWeight[];
}

interface View {
  readonly characters: Characters;
  /** The attributes of every position that have weights. */
  readonly attributes: readonly (readonly number[])[];
  /** State weights, `length × tags`. */
  readonly scores: Float64Array;
}

export function createTagger(model: CrfModel): Tagger {
  const { types, templates, keys, rowStart, rowTags, transitions, weights, sides } = model;
  const tags = tagCount(types.length);
  const vocabulary = {
    types,
    words: new Map(model.words.map((word, i) => [word, i + 2])),
    lexicon: model.lexicon,
  };
  const lattice = createLattice(types.length);
  setTransitions(lattice, transitions);

  const view = (text: string, side: string, keep = false): View => {
    const characters = readCharacters(text);
    const number = sides.indexOf(side) + 2;
    const tracks = readTracks(text, characters, templates, vocabulary, number === 1 ? 0 : number);
    const scores = new Float64Array(characters.length * tags);
    const attributes: number[][] = [];
    for (let t = 0; t < characters.length; t++) {
      const found: number[] = [];
      eachAttribute(templates, tracks, t, (high, low) => {
        const attribute = keys.find(high, low);
        if (attribute < 0) return;
        if (keep) found.push(attribute);
        for (let k = rowStart[attribute]; k < rowStart[attribute + 1]; k++)
          scores[t * tags + rowTags[k]] += weights[k];
      });
      if (keep) attributes.push(found);
    }
    return { characters, attributes, scores };
  };

  return {
    types,
    tag(text, side = '') {
      const { characters, scores } = view(text, side);
      return decodeTags(
        characters,
        bestPath(scores, characters.length, transitions, types.length).tags,
        types,
      );
    },
    best(text, k, side = '') {
      const { characters, scores } = view(text, side);
      const length = characters.length;
      const paths = bestPaths(scores, length, transitions, types.length, k);
      reserve(lattice, length);
      lattice.scores.set(scores);
      const logZ = forward(lattice, length);
      return paths.map((path) => ({
        entities: decodeTags(characters, path.tags, types),
        probability: Math.exp(path.score - logZ),
      }));
    },
    confidences(text, entities, side = '') {
      const { characters, scores } = view(text, side);
      const length = characters.length;
      const positions = positionsOf(characters);
      reserve(lattice, length);
      lattice.scores.set(scores);
      forward(lattice, length);
      backward(lattice, length);
      return entities.map(({ start, end, type }) => {
        const k = types.indexOf(type);
        return k < 0 ? 0 : spanProbability(lattice, length, k, positions[start], positions[end - 1] + 1);
      });
    },
    features(text, entity, side = '') {
      const { characters, attributes } = view(text, side, true);
      const tag = 1 + types.indexOf(entity.type);
      const present = attributes[positionsOf(characters)[entity.start]] ?? [];
      return heaviest(
        present.flatMap((attribute) => {
          for (let k = rowStart[attribute]; k < rowStart[attribute + 1]; k++) {
            if (rowTags[k] === tag) return [{ attribute, weight: weights[k] }];
          }
          return [];
        }),
        present.length,
        (attribute) => describeAttribute(model, vocabulary, attribute),
      );
    },
    topFeatures(tag, count) {
      const number = model.tagNames.indexOf(tag);
      const found: { attribute: number; weight: number }[] = [];
      for (let attribute = 0; attribute + 1 < rowStart.length; attribute++) {
        for (let k = rowStart[attribute]; k < rowStart[attribute + 1]; k++) {
          if (rowTags[k] === number) found.push({ attribute, weight: weights[k] });
        }
      }
      return heaviest(found, count, (attribute) => describeAttribute(model, vocabulary, attribute));
    },
  };
}

/** After `forward` and `backward`: the sum of all tag sequences that have exactly this span. */
function spanProbability(
  lattice: ReturnType<typeof createLattice>,
  length: number,
  type: number,
  from: number,
  to: number,
): number {
  const { types, tags, columns, alpha, scores, scales, begun, inside, open, ahead } = lattice;
  const first = 1 + type;
  let mass = alpha[from * tags + first];
  for (let t = from + 1; t < to; t++) {
    mass *= (t === from + 1 ? begun : inside)[type] * scores[t * tags + first + types] * scales[t];
  }
  if (to === length) return mass;
  const last = to === from + 1 ? first : first + types;
  let leave = 0;
  for (let j = 0; j <= types; j++) leave += open[last * columns + j] * ahead[to * columns + j];
  return Math.min(1, mass * leave);
}
