import { type Section, seconds } from './section.ts';

export const reportOpen: Section = {
  title: 'A report on 100 MB of predictions',
  result: 'report-open',
  command: 'bench/report/open.ts',
  body: (result) => [
    `${result.examples.toLocaleString('en')} examples, a page of ${Math.round(result.reportMegabytes)} MB: opens in ${seconds(result.medianOpenSeconds)} (median of ${result.openSeconds.length}) in headless Chromium; written in ${seconds(result.writeSeconds)}.`,
  ],
};
