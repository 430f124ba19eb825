import type { Resolved } from '../../ground/parameters.ts';
import { crfParameters } from '../shared/crf/parameters.ts';

export const parameters = crfParameters;

export type CrfParameters = Resolved<typeof parameters>;
