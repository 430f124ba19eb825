/** The page on which texts are typed: asks the server, or a program that runs the model here. */
import { drawAnswer, element } from './drawing.js';

const WORDS = {
  en: {
    asking: 'Answering…',
    loading: 'Loading the model…',
    took: (ms) => `${ms.toFixed(0)} ms`,
    nothing: 'Nothing was found.',
    failed: 'No answer: ',
    unreachable: 'The server cannot be reached.',
    status: { refused: 'Refused.', unreadable: 'The answer is unreadable.', missing: 'There is no answer.' },
  },
  zh: {
    asking: '正在预测…',
    loading: '正在加载模型…',
    took: (ms) => `${ms.toFixed(0)} 毫秒`,
    nothing: '没有识别到结果。',
    failed: '预测失败：',
    unreachable: '无法连接服务器。',
    status: { refused: '已拒答。', unreadable: '输出无法解析。', missing: '没有结果。' },
  },
};

const form = document.getElementById('ask');
const state = document.getElementById('state');
const shown = document.getElementById('answer');
const { model, shape, language, program, meanings } = form.dataset;
const words = { ...(WORDS[language] ?? WORDS.en), meanings: JSON.parse(meanings) };

const linesOf = (text) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** How an input of each shape is read off the form. */
const INPUTS = {
  text: ({ text }) => ({ text }),
  pair: ({ textA, textB }) => ({ textA, textB }),
  turns: ({ turns }) => ({
    turns: linesOf(turns).map((line) => {
      const [, speaker, text] = /^([^:：]{1,20})[:：](.*)$/s.exec(line) ?? [];
      return speaker === undefined
        ? { speaker: '', text: line }
        : { speaker: speaker.trim(), text: text.trim() };
    }),
  }),
  documents: ({ query, documents }) => ({ query, documents: linesOf(documents).map((title) => ({ title })) }),
};

/** What a browser says of a network, or of a page of a proxy that is no JSON, is in a language of its own. */
const unreachable = () => {
  throw new Error(words.unreachable);
};

async function askServer(input) {
  const response = await fetch(`/api/v1/models/${encodeURIComponent(model)}/answer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [input] }),
  }).catch(unreachable);
  const body = await response.json().catch(unreachable);
  if (!response.ok)
    throw new Error([body.error.message[language], body.error.hint?.[language]].filter(Boolean).join(' '));
  return body.answers[0];
}

let opening;
/** Loads the model once; from then on nothing is requested. */
function openHere() {
  state.textContent = words.loading;
  opening ??= import(program).then(({ open }) => open());
  opening.catch(() => {
    opening = undefined;
  });
  return opening;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(form));
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const input = INPUTS[shape](given);
    const ask = given.place === 'browser' ? await openHere() : askServer;
    state.textContent = words.asking;
    const begun = performance.now();
    const answer = await ask(input);
    state.textContent = words.took(performance.now() - begun);
    shown.replaceChildren(...drawAnswer(answer, words));
  } catch (error) {
    state.textContent = '';
    shown.replaceChildren(element('p', { class: 'alert', role: 'alert' }, words.failed + error.message));
  }
  button.disabled = false;
});
