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

  function draw() {
    const { shift, top } = position(list, items.length);
    const from = Math.max(0, Math.floor(top / ROW) - MARGIN);
    const to = Math.min(items.length, Math.ceil((top + list.clientHeight) / ROW) + MARGIN);
    const rows = [];
    for (let place = from; place < to; place++) {
      const attributes = rowAttributes(place, items.length, place === selected);
      const id = `${name}-${place}`;
      const row = h('div', { ...attributes, id, onclick: () => select(place) }, describe(items[place]));
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

  list.addEventListener('scroll', oncePerFrame(draw));
  list.addEventListener('keydown', (event) => {
    const place = placeAfter(event.key, selected, items.length);
    if (place === undefined) return;
    event.preventDefault();
    reveal(list, items.length, place);
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
    refresh: draw,
    isSelected: (item) => items[selected] === item,
  };
}

const rowAttributes = (place, count, isSelected) => ({
  class: 'row',
  role: 'option',
  'aria-selected': String(isSelected),
  'aria-setsize': String(count),
  'aria-posinset': String(place + 1),
});

/** Rows that a key moves the selection by. */
const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE, Home: -Infinity, End: Infinity };

/** The place that a key selects; undefined for other keys and an empty list. */
function placeAfter(key, selected, count) {
  const step = STEPS[key];
  if (step === undefined || count === 0) return undefined;
  return Math.min(count - 1, Math.max(0, selected + step));
}

/** Where the view begins in rows' own pixels, and how far rows are shifted, beyond heights that browsers hold. */
function position(list, count) {
  const full = count * ROW;
  if (full <= TALLEST) return { shift: 0, top: list.scrollTop };
  const top = (list.scrollTop / Math.max(1, TALLEST - list.clientHeight)) * (full - list.clientHeight);
  return { shift: list.scrollTop - top, top };
}

/** Scrolls as little as needed to show a row. */
function reveal(list, count, place) {
  const { top } = position(list, count);
  const full = count * ROW;
  const bottom = (place + 1) * ROW - list.clientHeight;
  const wanted = Math.max(bottom, Math.min(place * ROW, top));
  list.scrollTop =
    full <= TALLEST ? wanted : (wanted / (full - list.clientHeight)) * (TALLEST - list.clientHeight);
}

/** Returns a function that calls `action` before the next frame, however often it is called until then. */
function oncePerFrame(action) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      action();
    });
  };
}
