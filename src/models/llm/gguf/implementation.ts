import { basename } from 'node:path';
import { hashFile } from '../../../ground/hash.ts';
import type { FamilyId } from '../../../tasks/examples.ts';
import { askedFamilyIds } from '../../../tasks/families/registry.ts';
import type { FitRequest, Fits, FittedModel } from '../../contract.ts';
import type { Endpoint } from '../../shared/services/endpoint.ts';
import { NO_PROFILE } from '../../shared/services/profile.ts';
import { interviewed, prepareInterview } from '../fitting.ts';
import type { GgufParameters } from './parameters.ts';
import { openLocalService } from './service.ts';

/** All families that can be prompted are handled alike. */
export const fit: Fits<GgufParameters> = Object.fromEntries(askedFamilyIds.map((id) => [id, fitGguf]));

/** Asks a model in this process, one question at a time. */
async function fitGguf(request: FitRequest<FamilyId, GgufParameters>): Promise<FittedModel> {
  const { seed, parameters } = request;
  const { maxCalls, maxTotalTokens } = parameters;
  const endpoint = await endpointOf(parameters, seed);
  const prepared = await prepareInterview(request, {
    endpoint,
    destination: parameters.file,
    lanes: 1,
    open: (signal) =>
      openLocalService({ endpoint, model: parameters, seed, limits: { maxCalls, maxTotalTokens }, signal }),
  });
  return interviewed(prepared);
}

/** What determines answers, expressed as an endpoint: the content of the file, the context size, and the sampling seed. */
async function endpointOf(
  { file, contextSize, gpu, temperature }: GgufParameters,
  seed: number,
): Promise<Endpoint> {
  const extraBody = { contextSize, gpu, ...(temperature > 0 && { seed }) };
  return {
    url: `gguf:${await hashFile(file)}`,
    model: basename(file),
    profile: { ...NO_PROFILE, extraBody },
  };
}
