/** Draws answers: entities in their texts, labels with their scores, documents by their scores. */

const COLOURS = 8;

/** An element with attributes and children; text is set as text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Numbers labels as they are first met, so that each keeps its colour. */
const numbers = new Map();
function colourOf(label) {
  if (!numbers.has(label)) numbers.set(label, numbers.size);
  return `c${numbers.get(label) % COLOURS}`;
}

/** The answer to one input. `words.meanings`: what labels mean, by their ids. */
export function drawAnswer({ status, prediction, view }, words) {
  if (status !== 'answered') return [element('p', { class: 'alert' }, words.status[status] ?? status)];
  const { blocks, elements, marks = [], values, scores } = view;
  const spans = [...elements, ...marks].filter(({ span }) => span);
  const bare = elements.filter(({ span }) => !span);
  const drawn = [];
  if (values) drawn.push(documentList(blocks.slice(1), values));
  else if (spans.length > 0)
    drawn.push(...blocks.map((block, index) => drawBlock(block, spansOf(spans, index))));
  const named = namesOf(words.meanings);
  if (bare.length > 0) drawn.push(labelList(bare, named));
  if (scores) drawn.push(scoreList(scores, named));
  if (elements.length === 0 && !values) drawn.push(element('p', {}, words.nothing));
  drawn.push(
    element(
      'details',
      {},
      element('summary', {}, 'JSON'),
      element('pre', {}, JSON.stringify(prediction, null, 2)),
    ),
  );
  return drawn;
}

/** What a label is called: its id, and its meaning if that adds information. */
const namesOf = (meanings) => (label) => {
  const meaning = Object.hasOwn(meanings, label) ? meanings[label] : label;
  return meaning === label ? label : `${label} ${meaning}`;
};

const spansOf = (elements, index) => elements.filter(({ span }) => span.block === index);

/** A text with its entities marked; where several overlap, each piece names all of them. */
function drawBlock({ who, text }, entities) {
  const cuts = new Set([0, text.length]);
  for (const { span } of entities) cuts.add(span.start).add(span.end);
  const places = [...cuts].filter((at) => at <= text.length).sort((a, b) => a - b);
  const pieces = places.slice(1).map((end, i) => {
    const start = places[i];
    const piece = text.slice(start, end);
    const own = entities.filter(({ span }) => span.start <= start && span.end >= end);
    if (own.length === 0) return piece;
    const begun = own.filter(({ span }) => span.start === start);
    const names = begun.map(({ label }) => element('small', {}, label));
    return element('mark', { class: colourOf(own[0].label) }, piece, ...names);
  });
  const speaker = who ? [element('b', {}, `${who} `)] : [];
  return element('p', { class: 'block', lang: 'zh-Hans' }, ...speaker, ...pieces);
}

const labelList = (elements, named) =>
  element(
    'ul',
    {},
    ...elements.map(({ label, surface }) =>
      element('li', {}, element('b', {}, named(label)), surface ? ` ${surface}` : ''),
    ),
  );

const figures = (value) => (Math.abs(value) < 1000 ? value.toPrecision(3) : value.toFixed(0));

/** Scores as bars, the largest first. */
function scoreList(scores, named) {
  const sorted = Object.entries(scores).sort(([, a], [, b]) => b - a);
  const values = sorted.map(([, value]) => value);
  const isShare = values.every((value) => value >= 0 && value <= 1);
  const [low, high] = isShare ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const rows = sorted.map(([label, value]) => {
    const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
    bar.style.width = `${high > low ? ((value - low) / (high - low)) * 100 : 100}%`;
    return element(
      'li',
      {},
      element('span', {}, named(label)),
      element('span', { class: 'track' }, bar),
      element('span', {}, figures(value)),
    );
  });
  return element('ol', { class: 'scores' }, ...rows);
}

/** Documents, the most relevant first. */
function documentList(blocks, values) {
  const sorted = blocks.map((block, i) => ({ ...block, value: values[i] })).sort((a, b) => b.value - a.value);
  return element(
    'ol',
    {},
    ...sorted.map(({ text, value }) =>
      element('li', {}, `${text} `, element('span', { class: 'soft' }, figures(value))),
    ),
  );
}
