import { h } from './dom.js';
import { say, words } from './words.js';

/** Height of a row in pixels, as in the style sheet. */
const ROW = 60;
/** Rows kept above and below what is seen. */
const MARGIN = 6;
/** Rows that a page key jumps. */
const PAGE = 8;
/** Browsers lose precision on taller elements: above it, rows are laid out relative to the scroll position. */
const TALLEST = 6_000_000;

/**
 * A list of any length of which only the rows in view exist. `describe(item)` gives the children of a row,
 * `choose(item)` is called with the selected item, undefined where there is none.
 */
export function createRows(name, describe, choose) {
  const space = h('div', { class: 'space', role: 'presentation' });
  const list = h('div', { class: 'list', role: 'listbox', tabindex: '0' }, space);
  let items = [];
  let selected = -1;

  /** Where the view begins in rows' own pixels, and how far rows are shifted, beyond heights that browsers hold. */
  function position() {
    const full = items.length * ROW;
    if (full <= TALLEST) return { shift: 0, top: list.scrollTop };
    const top = (list.scrollTop / Math.max(1, TALLEST - list.clientHeight)) * (full - list.clientHeight);
    return { shift: list.scrollTop - top, top };
  }

  function draw() {
    const { shift, top } = position();
    const from = Math.max(0, Math.floor(top / ROW) - MARGIN);
    const to = Math.min(items.length, Math.ceil((top + list.clientHeight) / ROW) + MARGIN);
    const rows = [];
    for (let place = from; place < to; place++) {
      const row = h(
        'div',
        {
          class: 'row',
          id: `${name}-${place}`,
          role: 'option',
          'aria-selected': String(place === selected),
          'aria-setsize': String(items.length),
          'aria-posinset': String(place + 1),
          onclick: () => select(place),
        },
        describe(items[place]),
      );
      row.style.top = `${shift + place * ROW}px`;
      rows.push(row);
    }
    space.replaceChildren(...rows);
    list.setAttribute('aria-label', say(words.list));
    if (selected >= from && selected < to) list.setAttribute('aria-activedescendant', `${name}-${selected}`);
    else list.removeAttribute('aria-activedescendant');
  }

  function select(place) {
    selected = place;
    draw();
    choose(items[place]);
  }

  /** Scrolls as little as needed to show a row. */
  function reveal(place) {
    const { top } = position();
    const full = items.length * ROW;
    const bottom = (place + 1) * ROW - list.clientHeight;
    const wanted = Math.max(bottom, Math.min(place * ROW, top));
    list.scrollTop =
      full <= TALLEST ? wanted : (wanted / (full - list.clientHeight)) * (TALLEST - list.clientHeight);
  }

  let waiting = false;
  list.addEventListener('scroll', () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  });
  list.addEventListener('keydown', (event) => {
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: PAGE,
      PageUp: -PAGE,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    if (step === undefined || items.length === 0) return;
    event.preventDefault();
    const place = Math.min(items.length - 1, Math.max(0, selected + step));
    reveal(place);
    select(place);
  });
  addEventListener('resize', draw);

  return {
    element: list,
    /** Shows other items, from the first. */
    show(next) {
      items = next;
      space.style.height = `${Math.min(items.length * ROW, TALLEST)}px`;
      list.scrollTop = 0;
      select(items.length > 0 ? 0 : -1);
    },
    /** Draws again what is shown, e.g. in another language. */
    refresh: () => select(selected),
    isSelected: (item) => items[selected] === item,
  };
}
