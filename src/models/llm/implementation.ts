import type { FamilyId } from '../../tasks/examples.ts';
import { askedFamilyIds } from '../../tasks/families/registry.ts';
import { isConfidential, type Task } from '../../tasks/task.ts';
import type { FitRequest, Fits, FittedModel } from '../contract.ts';
import type { CallSettings } from '../shared/services/caller.ts';
import { findEndpoint } from '../shared/services/endpoint.ts';
import { openService } from '../shared/services/service.ts';
import { batchOf } from './batch.ts';
import { interviewed, prepareInterview, withSession } from './fitting.ts';
import type { LlmParameters } from './parameters.ts';

/** All families that can be prompted are handled alike. */
export const fit: Fits<LlmParameters> = Object.fromEntries(askedFamilyIds.map((id) => [id, fitLlm]));

/** Asks a service over HTTP. */
async function fitLlm(request: FitRequest<FamilyId, LlmParameters>): Promise<FittedModel> {
  const { task, parameters, directory } = request;
  const endpoint = await findEndpoint(parameters);
  const settings = callSettings(parameters, task);
  const prepared = await prepareInterview(request, {
    endpoint,
    destination: endpoint.url,
    lanes: parameters.concurrency,
    open: () => openService(endpoint, settings),
  });
  return {
    ...interviewed(prepared),
    batch: batchOf(directory, (asked, use) =>
      withSession(prepared, asked, (session, rung) => use(session, rung, settings)),
    ),
  };
}

/** How a task's calls are made. */
export function callSettings(parameters: LlmParameters, task: Task): CallSettings {
  const { keyEnv, allowRemote, concurrency, retries, timeout, firstTokenTimeout } = parameters;
  const { maxCalls, maxTotalTokens, maxCost } = parameters;
  return {
    keyEnv,
    localOnly: isConfidential(task) && !allowRemote,
    concurrency,
    retries,
    totalMs: timeout * 1000,
    firstTokenMs: firstTokenTimeout * 1000,
    limits: { maxCalls, maxTotalTokens, maxCost },
  };
}
