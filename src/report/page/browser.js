import { chunkStore, unpack } from './chunks.js';
import { h, redraw } from './dom.js';
import { drawExample } from './drawing.js';
import { createFilter, drawFilters, drawLegend } from './filters.js';
import { createRows } from './rows.js';
import { onLanguage, say, words } from './words.js';

/** Characters of a text in a row of the list. */
const SNIPPET = 120;

/** The browser of errors of one task, built into its place in the page. */
export async function startBrowser(host) {
  const { task } = host.dataset;
  const index = JSON.parse(document.getElementById(`index-${task}`).textContent);
  if (typeof DecompressionStream === 'undefined') {
    const note = h('p', { class: 'note' }, say(words.old));
    onLanguage(() => note.replaceChildren(say(words.old)));
    host.append(note);
    return;
  }
  const { masks, counts, has } = await unpackIndex(index);
  const seen = masks.reduce((bits, mask) => mask.reduce((some, one) => some | one, bits), 0);
  const passes = createFilter(index, { masks, has });
  const exampleOf = chunkStore(task, index.chunk);
  const state = { run: 0, show: 'wrong', kind: -1, label: -1, order: 'corpus', query: '' };

  const controls = h('div', { class: 'controls' });
  const legend = h('ul', { class: 'legend' });
  const count = h('span', { class: 'count', role: 'status' });
  const { detail, choose, translate } = createDetail(index, state, exampleOf, (i) => rows.isSelected(i));
  const kindsOf = (i) => index.kinds.filter((_, k) => masks[state.run][i] & (1 << k));
  const rows = createRows(`row-${task}`, (i) => describeRow(i, kindsOf(i), exampleOf), choose);
  host.append(controls, legend, h('div', { class: 'panes' }, rows.element, detail));

  let searches = 0;
  let found = [];
  async function filter() {
    const search = ++searches;
    let fitting = [];
    for (let i = 0; i < index.examples; i++) if (passes(state, i)) fitting.push(i);
    if (state.query) {
      count.textContent = say(words.searching);
      fitting = await matching(fitting, state.query, exampleOf, () => search === searches);
      if (!fitting) return;
    }
    if (state.order === 'most') fitting.sort((a, b) => counts[state.run][b] - counts[state.run][a] || a - b);
    found = fitting;
    drawCount();
    rows.show(found);
  }

  const drawCount = () => {
    count.textContent = `${found.length} / ${index.examples} ${say(words.examples)}`;
  };

  function drawFrame() {
    controls.replaceChildren(...drawFilters(task, index, seen, state, filter), count);
    legend.replaceChildren(...(index.spans ? drawLegend() : []));
    detail.setAttribute('aria-label', say(words.answer));
  }

  onLanguage(() => {
    redraw(controls, drawFrame);
    drawCount();
    rows.refresh();
    translate();
  });
  drawFrame();
  await filter();
}

/** By run, the kinds of error of every example as bits and their number; and the labels that an example has. */
async function unpackIndex(index) {
  const all = (packed, List) => Promise.all(packed.map(async (one) => new List(await unpack(one))));
  const [masks, counts, [has]] = await Promise.all([
    all(index.masks, Uint32Array),
    all(index.counts, Uint8Array),
    all([index.has], Uint32Array),
  ]);
  return { masks, counts, has };
}

/** The children of an example's row: the beginning of its text, its id, its kinds of error. */
function describeRow(i, kinds, exampleOf) {
  const snippet = h('span', { class: 'snippet', lang: 'zh-Hans' }, '…');
  const id = h('span', { class: 'id' });
  const titles = kinds.map(({ title }) => say(title));
  exampleOf(i, (example) => {
    snippet.textContent = example[2]
      .map(([, text]) => text)
      .join(' ‖ ')
      .slice(0, SNIPPET);
    id.textContent = example[0];
  });
  return [snippet, h('span', { class: 'what' }, id, h('span', {}, titles.join(' · ')))];
}

/** The pane that shows one example: `choose` fills it, `translate` fills it again in the language of the page. */
function createDetail(index, state, exampleOf, isSelected) {
  const detail = h('div', { class: 'detail', tabindex: '0', role: 'group' });
  let chosen;
  function fill(whenDrawn) {
    const i = chosen;
    if (i === undefined) {
      whenDrawn([h('p', { class: 'note' }, say(words.none))]);
      return;
    }
    exampleOf(i, (example) => {
      if (isSelected(i)) whenDrawn(drawExample(index, state.run, example));
    });
  }
  function choose(i) {
    chosen = i;
    fill((children) => {
      detail.replaceChildren(...children);
      detail.scrollTop = 0;
    });
  }
  const translate = () => fill((children) => redraw(detail, () => detail.replaceChildren(...children)));
  return { detail, choose, translate };
}

/** Those of the examples that hold the query in their id or texts; undefined once the search is not wanted any more. */
async function matching(examples, query, exampleOf, isWanted) {
  const wanted = query.toLowerCase();
  const holds = ([id, , blocks]) =>
    [id, ...blocks.map(([, text]) => text)].some((text) => text.toLowerCase().includes(wanted));
  const found = [];
  for (const i of examples) {
    const waiting = exampleOf(i, (example) => holds(example) && found.push(i));
    if (waiting) await waiting;
    if (!isWanted()) return undefined;
  }
  return found;
}
