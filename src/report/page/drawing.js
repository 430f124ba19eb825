import { h } from './dom.js';
import { say, words } from './words.js';

/** What became of every element of gold and of an answer: hit, near, or miss. */
function statuses({ kinds }, gold, answer, errors) {
  const wrongLabel = 1 << kinds.findIndex(({ id }) => id === 'wrong-label');
  const ofGold = gold.e.map(() => 'hit');
  const ofAnswer = (answer ? answer.e : []).map(() => 'hit');
  for (const [bits, g, a] of errors) {
    const status = g >= 0 && a >= 0 && !(bits & wrongLabel) ? 'near' : 'miss';
    if (g >= 0) ofGold[g] = status;
    if (a >= 0) ofAnswer[a] = status;
  }
  if (!answer) ofGold.fill('miss');
  return { ofGold, ofAnswer };
}

/** One example with what runs answered; the chosen run comes first. */
export function drawExample(index, chosen, [id, group, blocks, gold, answers]) {
  const runs = [chosen, ...answers.keys()].filter((run, i, all) => all.indexOf(run) === i);
  const parts = [h('h3', {}, group === 0 ? `# ${id}` : `# ${id} · ${group}`)];
  if (index.ranks) {
    const heading = (run) => (index.runs.length > 1 ? [h('h4', {}, index.runs[run].name)] : []);
    const said = runs.flatMap((run) =>
      answers[run][2] ? [...heading(run), ...drawSaid(answers[run][2])] : [],
    );
    return [...parts, drawRanking(index, blocks, gold, answers, runs), ...said];
  }
  if (!index.spans) parts.push(...blocks.map((block) => drawBlock(block, [block[1]])));
  for (const run of runs) parts.push(...drawAnswer(index, run, gold, answers[run], blocks));
  return parts;
}

/** What one run answered beside gold: things without a place as chips, places over the text. */
function drawAnswer(index, run, gold, [answer, errors, said], blocks) {
  const { ofGold, ofAnswer } = statuses(index, gold, answer, errors);
  const parts = [h('h4', {}, index.runs.length > 1 ? index.runs[run].name : say(words.answer))];
  if (!answer) parts.push(h('p', { class: 'note' }, say(words.noAnswer)));
  const placeless =
    !index.spans || [...gold.e, ...(answer ? answer.e : [])].some((element) => element.length === 2);
  if (placeless) {
    const line = (name, side, status) =>
      h('div', { class: 'line' }, h('span', { class: 'who' }, say(name)), chips(index, side, blocks, status));
    parts.push(line(words.gold, gold, ofGold));
    if (answer) parts.push(line(words.answer, answer, ofAnswer));
  }
  const list = errors.length > 0 ? [errorList(index, gold, answer, errors, blocks)] : [];
  // A dialogue is long: what was concluded from it comes first.
  if (placeless) parts.push(...list);
  if (index.spans) {
    const marks = markStatuses(gold.m, answer ? answer.m : undefined);
    const drawn = [
      ...spansOf(gold, ofGold, marks.ofGold, 'g'),
      ...(answer ? spansOf(answer, ofAnswer, marks.ofAnswer, 'a') : []),
    ];
    parts.push(
      ...blocks.map((block, b) =>
        drawBlock(
          block,
          segments(
            index.labels,
            block[1],
            drawn.filter((span) => span.block === b),
          ),
        ),
      ),
    );
  }
  if (!placeless) parts.push(...list);
  if (said) parts.push(...drawSaid(said));
  return parts;
}

/** What a language model was asked and wrote, and why that could not be read. */
function drawSaid([asked, answers, reading]) {
  const raw = (text) => h('pre', { class: 'said', lang: 'zh-Hans', tabindex: '0' }, text);
  const part = (name, open, ...children) => h('details', { open }, h('summary', {}, say(name)), ...children);
  // Of several answers, each has its number, and so has what was thought before it.
  const numbered = (texts) =>
    texts.flatMap(([i, text]) =>
      answers.length > 1 ? [h('div', { class: 'who' }, String(i + 1)), raw(text)] : [raw(text)],
    );
  const parts = [part(words.rawAnswer, true, ...numbered(answers.map(([text], i) => [i, text])))];
  if (reading) parts.unshift(h('p', { class: 'note' }, reading));
  const thoughts = answers.flatMap(([, thought], i) => (thought === '' ? [] : [[i, thought]]));
  if (thoughts.length > 0) parts.push(part(words.reasoning, false, ...numbered(thoughts)));
  if (asked.length > 0)
    parts.push(
      part(
        words.prompt,
        false,
        ...asked.flatMap(([role, content]) => [h('div', { class: 'who' }, role), raw(content)]),
      ),
    );
  return parts;
}

/** Marks agree where their places do; without marks in the answer there is nothing to say. */
function markStatuses(gold, answer) {
  const place = ([, block, start, end]) => `${block} ${start} ${end}`;
  const status = (marks = [], others) => {
    const known = new Set((others ?? []).map(place));
    return marks.map((mark) => (others === undefined ? 'mark' : known.has(place(mark)) ? 'hit' : 'miss'));
  };
  return { ofGold: status(gold, answer), ofAnswer: status(answer, gold) };
}

const drawBlock = ([who], content) =>
  who === ''
    ? h('p', { class: 'text', lang: 'zh-Hans' }, content)
    : h(
        'div',
        { class: 'turn' },
        h('span', { class: 'who' }, who),
        h('p', { class: 'text', lang: 'zh-Hans' }, content),
      );

function spansOf(side, ofElements, ofMarks, layer) {
  const placed = (elements, status) =>
    elements.flatMap((element, i) =>
      element.length === 4
        ? [
            {
              layer,
              label: element[0],
              block: element[1],
              start: element[2],
              end: element[3],
              status: status[i],
            },
          ]
        : [],
    );
  return [...placed(side.e, ofElements), ...placed(side.m ?? [], ofMarks)];
}

/** Text cut at every boundary; each piece carries the styles of all spans over it. */
function segments(labels, text, spans) {
  const cuts = [...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])])]
    .filter((cut) => cut >= 0 && cut <= text.length)
    .sort((a, b) => a - b);
  const nodes = [];
  const tag = ({ layer, label, status }) =>
    h(
      'span',
      { class: `tag ${status}`, title: layer === 'g' ? say(words.gold) : say(words.answer) },
      `${layer === 'a' ? '→' : ''}${labels[label]}`,
    );
  for (let c = 0; c < cuts.length; c++) {
    const at = cuts[c];
    // A right answer repeats gold: one tag is enough.
    for (const span of spans)
      if (span.end === at && span.layer === 'a' && span.status !== 'hit' && labels[span.label])
        nodes.push(tag(span));
    for (const span of spans)
      if (span.start === at && span.layer === 'g' && labels[span.label]) nodes.push(tag(span));
    if (c + 1 >= cuts.length || at === cuts[c + 1]) continue;
    const over = spans.filter(({ start, end }) => start <= at && end >= cuts[c + 1]);
    const worst = (layer) =>
      ['miss', 'near', 'hit', 'mark'].find((status) =>
        over.some((span) => span.layer === layer && span.status === status),
      );
    const [g, a] = [worst('g'), worst('a')];
    const style = [g && `g g-${g}`, a && `a a-${a}`].filter(Boolean).join(' ');
    nodes.push(h('span', { class: style || undefined }, text.slice(at, cuts[c + 1])));
  }
  return nodes;
}

const nameOf = (labels, element, blocks) => {
  const surface = element.length === 4 ? blocks[element[1]][1].slice(element[2], element[3]) : element[1];
  return [surface, labels[element[0]]].filter((part) => part !== '').join(' / ');
};

const chips = (index, side, blocks, status) =>
  h(
    'ul',
    { class: 'chips', lang: 'zh-Hans' },
    side.e.length === 0
      ? h('li', { class: 'chip' }, '∅')
      : side.e.map((element, i) =>
          h('li', { class: `chip ${status[i]}` }, nameOf(index.labels, element, blocks)),
        ),
  );

function errorList(index, gold, answer, errors, blocks) {
  return h(
    'ul',
    { class: 'errors' },
    errors.map(([bits, g, a]) =>
      h(
        'li',
        {},
        index.kinds.flatMap(({ title, shape }, k) =>
          bits & (1 << k) ? [h('span', { class: shape ? 'kind shape' : 'kind' }, say(title))] : [],
        ),
        g < 0 && a < 0
          ? undefined
          : h(
              'span',
              { lang: 'zh-Hans' },
              `${g >= 0 ? nameOf(index.labels, gold.e[g], blocks) : '∅'} ⟶ ${a >= 0 && answer ? nameOf(index.labels, answer.e[a], blocks) : '∅'}`,
            ),
      ),
    ),
  );
}

function drawRanking(index, [query, ...documents], gold, answers, shown) {
  const rankOf = (scores, i) => 1 + scores.filter((score) => score > scores[i]).length;
  const order = [...documents.keys()];
  const first = answers[shown[0]][0];
  if (first) order.sort((i, j) => first.v[j] - first.v[i] || i - j);
  return h(
    'div',
    {},
    h('p', { class: 'text', lang: 'zh-Hans' }, query[1]),
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...shown.map((run) =>
            h(
              'th',
              { scope: 'col', class: 'num' },
              index.runs.length > 1 ? index.runs[run].name : say(words.rank),
            ),
          ),
          h('th', { scope: 'col', class: 'num' }, say(words.grade)),
          h('th', { scope: 'col' }, say(words.document)),
        ),
      ),
      h(
        'tbody',
        {},
        order.map((i) =>
          h(
            'tr',
            {},
            ...shown.map((run) => {
              const answer = answers[run][0];
              return h('td', { class: 'num' }, answer ? String(rankOf(answer.v, i)) : '–');
            }),
            h('td', { class: 'num' }, String(gold.v[i])),
            h('td', { lang: 'zh-Hans' }, documents[i][1]),
          ),
        ),
      ),
    ),
  );
}
