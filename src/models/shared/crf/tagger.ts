import type { Text } from '../../../ground/language.ts';
import type { Entity } from '../../../tasks/families/ner/types.ts';
import { type Characters, positionsOf, readCharacters } from '../mentions/characters.ts';
import { eachAttribute } from './dataset.ts';
import { describeAttribute, type FeatureWeight, heaviest } from './explain.ts';
import { backward, createLattice, forward, type Lattice, reserve, setTransitions } from './lattice.ts';
import type { CrfModel } from './model.ts';
import { decodeTags, tagCount } from './tags.ts';
import { readTracks, type Vocabulary } from './templates.ts';
import { bestPath, bestPaths } from './viterbi.ts';

/** One reading of a text. */
export interface Reading {
  readonly entities: readonly Entity[];
  /** Its probability among all legal tag sequences. */
  readonly probability: number;
}

/** A trained CRF at work. `side` is metadata of the whole text, such as its speaker. */
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

/** A model with the tables that tagging needs. */
interface Engine {
  readonly model: CrfModel;
  readonly vocabulary: Vocabulary;
  /** Has the model's transitions. */
  readonly lattice: Lattice;
}

interface View {
  readonly characters: Characters;
  /** State weights, `length × tags`. */
  readonly scores: Float64Array;
}

export function createTagger(model: CrfModel): Tagger {
  const { types, transitions } = model;
  const words = new Map(model.words.map((word, i) => [word, i + 2]));
  const lattice = createLattice(types.length);
  setTransitions(lattice, transitions);
  const engine: Engine = { model, vocabulary: { types, words, lexicon: model.lexicon }, lattice };
  const describe = (attribute: number): Text => describeAttribute(model, attribute);

  return {
    types,
    tag(text, side = '') {
      const { characters, scores } = view(engine, text, side);
      const { tags } = bestPath(scores, characters.length, transitions, types.length);
      return decodeTags(characters, tags, types);
    },
    best(text, k, side = '') {
      const { characters, scores } = view(engine, text, side);
      const paths = bestPaths(scores, characters.length, transitions, types.length, k);
      const logZ = sumForward(lattice, scores, characters.length);
      return paths.map((path) => ({
        entities: decodeTags(characters, path.tags, types),
        probability: Math.exp(path.score - logZ),
      }));
    },
    confidences(text, entities, side = '') {
      const { characters, scores } = view(engine, text, side);
      const length = characters.length;
      const positions = positionsOf(characters);
      sumForward(lattice, scores, length);
      backward(lattice, length);
      return entities.map(({ start, end, type }) => {
        const k = types.indexOf(type);
        return k < 0 ? 0 : spanProbability(lattice, length, k, positions[start], positions[end - 1] + 1);
      });
    },
    features(text, entity, side = '') {
      const present = attributesAt(engine, text, side, entity.start);
      const tag = 1 + types.indexOf(entity.type);
      return heaviest(weightsOf(model, present, tag), present.length, describe);
    },
    topFeatures(tag, count) {
      const all = Array.from({ length: model.rowStart.length - 1 }, (_, attribute) => attribute);
      return heaviest(weightsOf(model, all, model.tagNames.indexOf(tag)), count, describe);
    },
  };
}

function readView({ model, vocabulary }: Engine, text: string, side: string) {
  const characters = readCharacters(text);
  const number = model.sides.indexOf(side) + 2;
  const tracks = readTracks(text, characters, model.templates, vocabulary, number === 1 ? 0 : number);
  return { characters, tracks };
}

/** A text's state weights: the sums over the attributes of every position. */
function view(engine: Engine, text: string, side: string): View {
  const { templates, keys, rowStart, rowTags, weights, types } = engine.model;
  const { characters, tracks } = readView(engine, text, side);
  const tags = tagCount(types.length);
  const scores = new Float64Array(characters.length * tags);
  for (let t = 0; t < characters.length; t++) {
    eachAttribute(templates, tracks, t, (high, low) => {
      const attribute = keys.find(high, low);
      if (attribute < 0) return;
      for (let k = rowStart[attribute]; k < rowStart[attribute + 1]; k++)
        scores[t * tags + rowTags[k]] += weights[k];
    });
  }
  return { characters, scores };
}

/** The attributes that have weights, of the character at a UTF-16 offset. */
function attributesAt(engine: Engine, text: string, side: string, offset: number): number[] {
  const { templates, keys } = engine.model;
  const { characters, tracks } = readView(engine, text, side);
  const position = positionsOf(characters)[offset];
  const found: number[] = [];
  if (!(position < characters.length)) return found;
  eachAttribute(templates, tracks, position, (high, low) => {
    const attribute = keys.find(high, low);
    if (attribute >= 0) found.push(attribute);
  });
  return found;
}

/** The weights that some attributes have for a tag. */
function weightsOf(
  { rowStart, rowTags, weights }: CrfModel,
  attributes: readonly number[],
  tag: number,
): { attribute: number; weight: number }[] {
  const found: { attribute: number; weight: number }[] = [];
  for (const attribute of attributes) {
    for (let k = rowStart[attribute]; k < rowStart[attribute + 1]; k++) {
      if (rowTags[k] === tag) found.push({ attribute, weight: weights[k] });
    }
  }
  return found;
}

/** Fills the lattice up to `backward`; returns the logarithm of the sum over all tag sequences. */
function sumForward(lattice: Lattice, scores: Float64Array, length: number): number {
  reserve(lattice, length);
  lattice.scores.set(scores);
  return forward(lattice, length);
}

/** After `forward` and `backward`: the sum of all tag sequences that have exactly this span. */
function spanProbability(lattice: Lattice, length: number, type: number, from: number, to: number): number {
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
