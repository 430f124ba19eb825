// Text from corpora and models reaches the page through textContent and attributes only, never as markup.

/** An element; children are nodes or plain text. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
}

/** What keeps a state that the reader gave it: text that was typed, parts that were opened, focus. */
const STATEFUL = 'a, button, input, select, summary, details, [tabindex]';

/**
 * Calls `draw`, which puts the same elements into `host` with other words. Focus, text that was typed with its caret, opened
 * parts and the scroll position stay.
 */
export function redraw(host, draw) {
  const { scrollTop } = host;
  const before = [...host.querySelectorAll(STATEFUL)];
  const focused = before.indexOf(document.activeElement);
  draw();
  const after = [...host.querySelectorAll(STATEFUL)];
  if (after.length === before.length)
    for (const [i, element] of after.entries()) keepState(element, before[i]);
  if (focused >= 0) after[focused]?.focus({ preventScroll: true });
  host.scrollTop = scrollTop;
}

function keepState(element, old) {
  if (old.tagName === 'DETAILS') element.open = old.open;
  if (old.tagName !== 'INPUT') return;
  element.value = old.value;
  element.setSelectionRange(old.selectionStart, old.selectionEnd);
}
