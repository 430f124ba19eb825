import type { AnsweredOf, ExampleOf } from './families/family.ts';
import type { Families } from './families/registry.ts';

/**
 * Input, gold and prediction types by family; the types are those that the families
 * in `families/registry.ts` declare.
 *
 * All offsets are UTF-16 code units of the original text, `end` exclusive. Gold is kept apart from
 * input so that a model cannot see it when it predicts.
 */
export type FamilyId = keyof Families;
/** The input of a model, by family. */
export type Input<F extends FamilyId = FamilyId> = Families[F]['input'];
/** The gold answer, by family. */
export type Gold<F extends FamilyId = FamilyId> = Families[F]['gold'];
/** The prediction of a model, by family. */
export type Prediction<F extends FamilyId = FamilyId> = Families[F]['prediction'];

/** An input with its gold. */
export interface Example<F extends FamilyId = FamilyId> extends ExampleOf<Families[F]> {}

/** One example with the prediction of a model: what every metric is computed from. */
export interface Answered<F extends FamilyId = FamilyId> extends AnsweredOf<Families[F]> {}

/** The types of any family: what code that treats all families alike works with. */
export interface AnyTypes {
  readonly input: Input;
  readonly gold: Gold;
  readonly prediction: Prediction;
}
