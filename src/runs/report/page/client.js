// Runs inside the report, in a browser. Text from corpora and models reaches the page through textContent only.
(() => {
  const ROW = 60;
  /** Rows kept above and below what is seen. */
  const MARGIN = 6;
  /** Browsers lose precision on taller elements: above it, rows are laid out relative to the scroll position. */
  const TALLEST = 6_000_000;
  const KEPT_CHUNKS = 48;

  const root = document.documentElement;
  const words = {
    run: { en: 'Run', zh: '运行' },
    show: { en: 'Show', zh: '显示' },
    wrong: { en: 'with errors', zh: '有错误的' },
    all: { en: 'all examples', zh: '全部样本' },
    right: { en: 'without errors', zh: '无错误的' },
    differ: { en: 'where runs differ', zh: '各运行不一致的' },
    kind: { en: 'Kind of error', zh: '错误类型' },
    any: { en: 'any', zh: '不限' },
    label: { en: 'Class', zh: '类别' },
    order: { en: 'Order', zh: '次序' },
    corpus: { en: 'as in the corpus', zh: '语料次序' },
    most: { en: 'most errors first', zh: '错误多者在前' },
    search: { en: 'Search texts', zh: '搜索文本' },
    examples: { en: 'examples', zh: '个样本' },
    searching: { en: 'searching…', zh: '搜索中…' },
    none: { en: 'Nothing fits these filters.', zh: '没有符合条件的样本。' },
    gold: { en: 'Gold', zh: '金标' },
    answer: { en: 'Answer', zh: '答案' },
    noAnswer: { en: 'no valid answer', zh: '无有效答案' },
    list: { en: 'examples', zh: '样本列表' },
    document: { en: 'Document', zh: '文档' },
    grade: { en: 'Grade', zh: '等级' },
    rank: { en: 'Rank', zh: '名次' },
    legendHit: { en: 'gold, found', zh: '金标，已找到' },
    legendMiss: { en: 'gold, missed', zh: '金标，漏报' },
    legendNear: { en: 'gold, nearly', zh: '金标，近似' },
    legendAnswerHit: { en: 'answer, right', zh: '答案，正确' },
    legendAnswerMiss: { en: 'answer, spurious', zh: '答案，多报' },
    legendAnswerNear: { en: 'answer, nearly', zh: '答案，近似' },
    old: {
      en: 'This browser cannot unpack the examples; a newer one can.',
      zh: '此浏览器无法解压样本数据，请使用较新的浏览器。',
    },
  };
  const language = () => (root.dataset.lang === 'zh' ? 'zh' : 'en');
  const listeners = [];
  const say = (text) => text[language()];

  /** An element; children are nodes or plain text. */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || value === false) continue;
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.flat().filter((child) => child !== undefined && child !== null));
    return element;
  }

  function remember(name, value) {
    try {
      if (value === undefined) return localStorage.getItem(`chineseblue-${name}`);
      localStorage.setItem(`chineseblue-${name}`, value);
    } catch {
      // Pages opened from a file may have no storage.
    }
    return null;
  }

  function setLanguage(value) {
    root.dataset.lang = value;
    root.lang = value === 'zh' ? 'zh-Hans' : 'en';
    document.getElementById('language').textContent = value === 'zh' ? 'English' : '中文';
    for (const listener of listeners) listener();
  }

  function startSwitches() {
    const wanted = remember('language') ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
    setLanguage(wanted);
    document.getElementById('language').addEventListener('click', () => {
      const next = language() === 'zh' ? 'en' : 'zh';
      setLanguage(next);
      remember('language', next);
    });
    const theme = remember('theme');
    if (theme) root.dataset.theme = theme;
    document.getElementById('theme').addEventListener('click', () => {
      const dark = root.dataset.theme
        ? root.dataset.theme === 'dark'
        : matchMedia('(prefers-color-scheme: dark)').matches;
      root.dataset.theme = dark ? 'light' : 'dark';
      remember('theme', root.dataset.theme);
    });
    // A printed report shows every run.
    addEventListener('beforeprint', () => {
      for (const details of document.querySelectorAll('details.run')) details.open = true;
    });
  }

  async function unpack(base64) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return new Response(stream).arrayBuffer();
  }

  /** Unpacks chunks of examples when they are asked for, and keeps the latest. */
  function chunkStore(task) {
    const kept = new Map();
    return (number) => {
      const known = kept.get(number);
      if (known) {
        kept.delete(number);
        kept.set(number, known);
        return known;
      }
      const entry = { examples: undefined };
      entry.ready = unpack(document.getElementById(`chunk-${task}-${number}`).textContent).then((buffer) => {
        entry.examples = JSON.parse(new TextDecoder().decode(buffer));
        return entry.examples;
      });
      kept.set(number, entry);
      if (kept.size > KEPT_CHUNKS) kept.delete(kept.keys().next().value);
      return entry;
    };
  }

  /** What became of every element of gold and of an answer: hit, near, or miss. */
  function statuses(gold, answer, errors, wrongLabel) {
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

  async function startBrowser(host) {
    const task = host.dataset.task;
    const index = JSON.parse(document.getElementById(`index-${task}`).textContent);
    if (typeof DecompressionStream === 'undefined') {
      host.append(h('p', { class: 'note' }, say(words.old)));
      return;
    }
    const masks = await Promise.all(index.masks.map(async (packed) => new Uint32Array(await unpack(packed))));
    const counts = await Promise.all(
      index.counts.map(async (packed) => new Uint8Array(await unpack(packed))),
    );
    const has = new Uint32Array(await unpack(index.has));
    const wrongLabel = 1 << index.kinds.findIndex(({ id }) => id === 'wrong-label');
    const wordsOfLabels = Math.max(1, Math.ceil(index.labels.length / 32));
    const chunkOf = chunkStore(task);
    const exampleOf = (i) => {
      const entry = chunkOf(Math.floor(i / index.chunk));
      return entry.examples
        ? entry.examples[i % index.chunk]
        : entry.ready.then((examples) => examples[i % index.chunk]);
    };
    const state = { run: 0, show: 'wrong', kind: -1, label: -1, order: 'corpus', query: '', selected: -1 };
    let fitting = [];
    let searches = 0;

    const controls = h('div', { class: 'controls' });
    const list = h('div', { class: 'list', role: 'listbox', tabindex: '0' });
    const space = h('div', { class: 'space', role: 'presentation' });
    list.append(space);
    const detail = h('div', { class: 'detail', tabindex: '0', role: 'group' });
    const count = h('span', { class: 'count', role: 'status' });
    const legend = h('ul', { class: 'legend' });
    host.append(controls, legend, h('div', { class: 'panes' }, list, detail));

    function labelled(name, label, control) {
      control.id = `${name}-${task}`;
      return h('div', { class: 'control' }, h('label', { for: control.id }, label), control);
    }

    function choice(name, label, options) {
      const select = h('select', {
        onchange: (event) => {
          state[name] = typeof state[name] === 'number' ? Number(event.target.value) : event.target.value;
          filter();
        },
      });
      for (const [value, text] of options) {
        select.append(h('option', { value, selected: String(value) === String(state[name]) }, text));
      }
      return labelled(name, label, select);
    }

    function drawControls() {
      const seen = masks.reduce((bits, mask) => mask.reduce((all, one) => all | one, bits), 0);
      const search = h('input', { type: 'search', value: state.query });
      search.value = state.query;
      let timer;
      search.addEventListener('input', () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          state.query = search.value.trim();
          filter();
        }, 250);
      });
      controls.replaceChildren(
        ...(index.runs.length > 1
          ? [
              choice(
                'run',
                say(words.run),
                index.runs.map(({ name }, i) => [i, name]),
              ),
            ]
          : []),
        choice('show', say(words.show), [
          ['wrong', say(words.wrong)],
          ...(index.runs.length > 1 ? [['differ', say(words.differ)]] : []),
          ['right', say(words.right)],
          ['all', say(words.all)],
        ]),
        choice('kind', say(words.kind), [
          [-1, say(words.any)],
          ...index.kinds.flatMap(({ title }, i) => (seen & (1 << i) ? [[i, say(title)]] : [])),
        ]),
        ...(index.labels.length > 1
          ? [
              choice('label', say(words.label), [
                [-1, say(words.any)],
                ...index.labels.map((label, i) => [i, label]),
              ]),
            ]
          : []),
        choice('order', say(words.order), [
          ['corpus', say(words.corpus)],
          ['most', say(words.most)],
        ]),
        labelled('search', say(words.search), search),
        count,
      );
      list.setAttribute('aria-label', say(words.list));
      detail.setAttribute('aria-label', say(words.answer));
      legend.replaceChildren(
        ...(index.spans
          ? [
              ['g g-hit', words.legendHit],
              ['g g-miss', words.legendMiss],
              ['g g-near', words.legendNear],
              ['a a-hit', words.legendAnswerHit],
              ['a a-miss', words.legendAnswerMiss],
              ['a a-near', words.legendAnswerNear],
            ].map(([style, text]) => h('li', {}, h('span', { class: style }, say(text))))
          : []),
      );
    }

    function passes(i) {
      const mask = masks[state.run][i];
      if (state.show === 'wrong' && mask === 0) return false;
      if (state.show === 'right' && mask !== 0) return false;
      if (state.show === 'differ' && masks.every((other) => other[i] === mask)) return false;
      if (state.kind >= 0 && !(mask & (1 << state.kind))) return false;
      return (
        state.label < 0 || (has[i * wordsOfLabels + (state.label >> 5)] & (1 << (state.label & 31))) !== 0
      );
    }

    async function filter() {
      const search = ++searches;
      let found = [];
      for (let i = 0; i < index.examples; i++) if (passes(i)) found.push(i);
      if (state.query) {
        count.textContent = say(words.searching);
        const query = state.query.toLowerCase();
        const matching = [];
        for (const i of found) {
          let example = exampleOf(i);
          if (typeof example.then === 'function') example = await example;
          if (search !== searches) return;
          if (
            example[0].toLowerCase().includes(query) ||
            example[2].some(([, text]) => text.toLowerCase().includes(query))
          )
            matching.push(i);
        }
        found = matching;
      }
      if (state.order === 'most') found.sort((a, b) => counts[state.run][b] - counts[state.run][a] || a - b);
      fitting = found;
      count.textContent = `${fitting.length} / ${index.examples} ${say(words.examples)}`;
      space.style.height = `${Math.min(fitting.length * ROW, TALLEST)}px`;
      list.scrollTop = 0;
      drawRows();
      select(fitting.length > 0 ? 0 : -1);
    }

    /** The first row that is seen, and where row 0 would be, for heights beyond what browsers can hold. */
    function position() {
      const full = fitting.length * ROW;
      if (full <= TALLEST) return { offset: 0, top: list.scrollTop };
      const share = list.scrollTop / Math.max(1, TALLEST - list.clientHeight);
      const top = share * (full - list.clientHeight);
      return { offset: list.scrollTop - top, top };
    }

    function drawRows() {
      const { offset, top } = position();
      const from = Math.max(0, Math.floor(top / ROW) - MARGIN);
      const to = Math.min(fitting.length, Math.ceil((top + list.clientHeight) / ROW) + MARGIN);
      const rows = [];
      for (let place = from; place < to; place++) rows.push(row(place, offset));
      space.replaceChildren(...rows);
      list.setAttribute(
        'aria-activedescendant',
        state.selected >= from && state.selected < to ? `row-${task}-${state.selected}` : '',
      );
      if (fitting.length === 0) list.removeAttribute('aria-activedescendant');
    }

    function row(place, offset) {
      const i = fitting[place];
      const snippet = h('span', { class: 'snippet', lang: 'zh-Hans' }, '…');
      const id = h('span', { class: 'id' });
      const names = index.kinds
        .filter((_, k) => masks[state.run][i] & (1 << k))
        .map(({ title }) => say(title));
      const element = h(
        'div',
        {
          class: 'row',
          id: `row-${task}-${place}`,
          role: 'option',
          'aria-selected': place === state.selected ? 'true' : 'false',
          'aria-setsize': String(fitting.length),
          'aria-posinset': String(place + 1),
          onclick: () => select(place),
        },
        snippet,
        h('span', { class: 'what' }, id, h('span', {}, names.join(' · '))),
      );
      element.style.top = `${offset + place * ROW}px`;
      const fill = (example) => {
        snippet.textContent = example[2]
          .map(([, text]) => text)
          .join(' ‖ ')
          .slice(0, 120);
        id.textContent = example[0];
      };
      const example = exampleOf(i);
      if (typeof example.then === 'function') example.then(fill);
      else fill(example);
      return element;
    }

    async function select(place) {
      state.selected = place;
      for (const element of space.children)
        element.setAttribute('aria-selected', String(element.id === `row-${task}-${place}`));
      if (place >= 0) list.setAttribute('aria-activedescendant', `row-${task}-${place}`);
      if (place < 0) {
        detail.replaceChildren(h('p', { class: 'note' }, say(words.none)));
        return;
      }
      const i = fitting[place];
      const example = await exampleOf(i);
      if (state.selected !== place || fitting[place] !== i) return;
      detail.replaceChildren(...drawExample(example));
      detail.scrollTop = 0;
    }

    function drawExample([id, group, blocks, gold, answers]) {
      const runs = [state.run, ...answers.keys()].filter((run, i, all) => all.indexOf(run) === i);
      const parts = [h('h3', {}, group === 0 ? `# ${id}` : `# ${id} · ${group}`)];
      if (index.ranks) return [...parts, drawRanking(blocks, gold, answers, runs)];
      if (!index.spans) parts.push(...blocks.map((block) => drawBlock(block, [block[1]])));
      for (const run of runs) parts.push(...drawAnswer(run, gold, answers[run], blocks));
      return parts;
    }

    /** What one run answered beside gold: things without a place as chips, places over the text. */
    function drawAnswer(run, gold, [answer, errors], blocks) {
      const { ofGold, ofAnswer } = statuses(gold, answer, errors, wrongLabel);
      const parts = [h('h4', {}, index.runs.length > 1 ? index.runs[run].name : say(words.answer))];
      if (!answer) parts.push(h('p', { class: 'note' }, say(words.noAnswer)));
      const placeless =
        !index.spans || [...gold.e, ...(answer ? answer.e : [])].some((element) => element.length === 2);
      if (placeless) {
        const line = (name, side, status) =>
          h('div', { class: 'line' }, h('span', { class: 'who' }, say(name)), chips(side, blocks, status));
        parts.push(line(words.gold, gold, ofGold));
        if (answer) parts.push(line(words.answer, answer, ofAnswer));
      }
      const list = errors.length > 0 ? [errorList(gold, answer, errors, blocks)] : [];
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
                block[1],
                drawn.filter((span) => span.block === b),
              ),
            ),
          ),
        );
      }
      if (!placeless) parts.push(...list);
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
    function segments(text, spans) {
      const cuts = [...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])])]
        .filter((cut) => cut >= 0 && cut <= text.length)
        .sort((a, b) => a - b);
      const nodes = [];
      const tag = ({ layer, label, status }) =>
        h(
          'span',
          { class: `tag ${status}`, title: layer === 'g' ? say(words.gold) : say(words.answer) },
          `${layer === 'a' ? '→' : ''}${index.labels[label]}`,
        );
      for (let c = 0; c < cuts.length; c++) {
        const at = cuts[c];
        // A right answer repeats gold: one tag is enough.
        for (const span of spans)
          if (span.end === at && span.layer === 'a' && span.status !== 'hit' && index.labels[span.label])
            nodes.push(tag(span));
        for (const span of spans)
          if (span.start === at && span.layer === 'g' && index.labels[span.label]) nodes.push(tag(span));
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

    const nameOf = (element, blocks) => {
      const surface = element.length === 4 ? blocks[element[1]][1].slice(element[2], element[3]) : element[1];
      return [surface, index.labels[element[0]]].filter((part) => part !== '').join(' / ');
    };

    const chips = (side, blocks, status) =>
      h(
        'ul',
        { class: 'chips', lang: 'zh-Hans' },
        side.e.length === 0
          ? h('li', { class: 'chip' }, '∅')
          : side.e.map((element, i) => h('li', { class: `chip ${status[i]}` }, nameOf(element, blocks))),
      );

    function errorList(gold, answer, errors, blocks) {
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
                  `${g >= 0 ? nameOf(gold.e[g], blocks) : '∅'} ⟶ ${a >= 0 && answer ? nameOf(answer.e[a], blocks) : '∅'}`,
                ),
          ),
        ),
      );
    }

    function drawRanking([query, ...documents], gold, answers, shown) {
      const rankOf = (scores, i) => 1 + scores.filter((score) => score > scores[i]).length;
      const order = [...documents.keys()];
      const first = answers[state.run][0];
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

    let waiting = false;
    list.addEventListener('scroll', () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        drawRows();
      });
    });
    list.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity }[
        event.key
      ];
      if (step === undefined || fitting.length === 0) return;
      event.preventDefault();
      const place = Math.min(fitting.length - 1, Math.max(0, state.selected + step));
      reveal(place);
      select(place);
    });

    function reveal(place) {
      const { top } = position();
      const full = fitting.length * ROW;
      let wanted = top;
      if (place * ROW < top) wanted = place * ROW;
      if ((place + 1) * ROW > top + list.clientHeight) wanted = (place + 1) * ROW - list.clientHeight;
      if (wanted !== top) {
        list.scrollTop =
          full <= TALLEST ? wanted : (wanted / (full - list.clientHeight)) * (TALLEST - list.clientHeight);
        drawRows();
      }
    }

    listeners.push(() => {
      drawControls();
      const { selected } = state;
      count.textContent = `${fitting.length} / ${index.examples} ${say(words.examples)}`;
      drawRows();
      select(selected);
    });
    addEventListener('resize', drawRows);
    drawControls();
    await filter();
  }

  startSwitches();
  const hosts = [...document.querySelectorAll('.browser')];
  // Browsers of errors below the fold start when they come near.
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        startBrowser(target);
      }
    },
    { rootMargin: '600px' },
  );
  for (const host of hosts) observer.observe(host);
})();
