/** Runs a model of one file in the page: everything is requested while it is opened, nothing afterwards. */

import { load } from './load.js';
import { collectAnswers } from './modules/models/answers.js';
import { toDisplayed } from './modules/tasks/families/displayed-answer.js';
import { files } from './stubs.js';

/** A function that answers one input; `kinds`: what the module of its kind exports. */
export async function openModel(name, id, kinds) {
  const path = `models/${name}/model.bin`;
  const kind = Object.values(kinds).find((one) => one.id === id);
  const task = await (await load(`./models/${name}/task.json`)).json();
  files.set(path, new Uint8Array(await (await load(`./${path}`)).arrayBuffer()));
  const fitted = await kind.load(path, task);
  files.delete(path);
  return async (input) => {
    const [answer] = await collectAnswers({ kind, fitted, task, inputs: [input] });
    if (answer.status !== 'answered') return answer;
    return { ...answer, view: toDisplayed(task, input, answer.prediction) };
  };
}
