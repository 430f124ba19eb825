/** The sections of a report of IMCS-V2-MRG, in their order. */
export const SECTIONS = ['主诉', '现病史', '辅助检查', '既往史', '诊断', '建议'] as const;

const COLON = '：';

/** A report as one text: a line for each section. */
export const writeReport = (sections: Readonly<Record<string, string>>): string =>
  SECTIONS.map((section) => `${section}${COLON}${sections[section] ?? ''}`).join('\n');

/**
 * The sections of a text: each begins with its name and a colon, of either width, anywhere in the text. What comes
 * before the first belongs to none; a section that is not there is empty.
 */
export function readReport(text: string): Record<string, string> {
  const sections: Record<string, string> = Object.fromEntries(SECTIONS.map((section) => [section, '']));
  const heads = [...text.matchAll(new RegExp(`(${SECTIONS.join('|')})[：:]`, 'gu'))];
  for (const [i, { 0: head, 1: section, index }] of heads.entries()) {
    const end = heads[i + 1]?.index ?? text.length;
    sections[section] ||= text.slice(index + head.length, end).trim();
  }
  return sections;
}
