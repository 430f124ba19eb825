import { damaged, type ModelContent } from '../modelfile.ts';
import { type CrfModel, restoreModel } from './model.ts';

/** The CRF in a content. Throws a UserError if it does not fit together. */
export function openCrf(file: string, content: ModelContent): CrfModel {
  const model = restoreModel(content);
  if ('fault' in model) throw damaged(file, model.fault);
  return model;
}
