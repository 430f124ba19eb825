import { h } from './dom.js';
import { say, words } from './words.js';

/** Typing rests this long before a search begins, in milliseconds. */
const REST = 250;

const LEGEND = [
  ['g g-hit', words.legendHit],
  ['g g-miss', words.legendMiss],
  ['g g-near', words.legendNear],
  ['a a-hit', words.legendAnswerHit],
  ['a a-miss', words.legendAnswerMiss],
  ['a a-near', words.legendAnswerNear],
];

/** What the styles over a text mean. */
export const drawLegend = () =>
  LEGEND.map(([style, text]) => h('li', {}, h('span', { class: style }, say(text))));

/** What every example is known by before it is unpacked. */
export function createFilter(index, { masks, has }) {
  const wordsOfLabels = Math.max(1, Math.ceil(index.filterable / 32));
  return ({ run, show, kind, label }, i) => {
    const mask = masks[run][i];
    if (show === 'wrong' && mask === 0) return false;
    if (show === 'right' && mask !== 0) return false;
    if (show === 'differ' && masks.every((other) => other[i] === mask)) return false;
    if (kind >= 0 && !(mask & (1 << kind))) return false;
    return label < 0 || (has[i * wordsOfLabels + (label >> 5)] & (1 << (label & 31))) !== 0;
  };
}

/** The choices above the list; `state` is changed in place, then `changed` is called. */
export function drawFilters(task, index, seen, state, changed) {
  const labelled = (name, label, control) => {
    control.id = `${name}-${task}`;
    return h('div', { class: 'control' }, h('label', { for: control.id }, label), control);
  };
  const choice = (name, options) => {
    const select = h('select', {
      onchange: (event) => {
        state[name] = typeof state[name] === 'number' ? Number(event.target.value) : event.target.value;
        changed();
      },
    });
    for (const [value, text] of options) {
      select.append(h('option', { value, selected: String(value) === String(state[name]) }, text));
    }
    return labelled(name, say(words[name]), select);
  };
  const several = index.runs.length > 1;
  const search = h('input', { type: 'search' });
  search.value = state.query;
  let timer;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      state.query = search.value.trim();
      changed();
    }, REST);
  });
  const shows = ['wrong', ...(several ? ['differ'] : []), 'right', 'all'];
  const kinds = index.kinds.flatMap(({ title }, i) => (seen & (1 << i) ? [[i, say(title)]] : []));
  const labels = index.labels.slice(0, index.filterable).map((label, i) => [i, label]);
  return [
    several &&
      choice(
        'run',
        index.runs.map(({ name }, i) => [i, name]),
      ),
    choice(
      'show',
      shows.map((name) => [name, say(words[name])]),
    ),
    choice('kind', [[-1, say(words.any)], ...kinds]),
    labels.length > 1 && choice('label', [[-1, say(words.any)], ...labels]),
    choice(
      'order',
      ['corpus', 'most'].map((name) => [name, say(words[name])]),
    ),
    labelled('search', say(words.search), search),
  ].filter(Boolean);
}
