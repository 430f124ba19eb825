import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/**
 * Draws on the server. Plot sets all text as text. The picture is hidden from screen readers, as labels of its parts would be
 * repeated: label the surrounding element as a whole.
 */
export function drawSvg(options: Plot.PlotOptions): ReturnType<typeof Plot.plot> {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const figure = Plot.plot({ document: document as never, ...options });
  for (const part of figure.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  figure.setAttribute('aria-hidden', 'true');
  return figure;
}
