import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/**
 * Rooms whose errors are not all bilingual yet: an entry goes when its room is done, and the list with the last one.
 */
const PENDING: readonly string[] = [];

const source = import.meta.dirname;
const config = ts.getParsedCommandLineOfConfigFile(
  join(source, '../tsconfig.json'),
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  },
)!;
const isOurs = (file: string): boolean =>
  file.startsWith(`${source}/`) && !file.endsWith('.test.ts') && !file.includes('/fixtures/');
const program = ts.createProgram(config.fileNames.filter(isOurs), config.options);
const checker = program.getTypeChecker();

const WORD = /[A-Za-z]{2,}/;
const SENTENCE = /[A-Za-z]{2,} [A-Za-z]{2,}/;
/** Longer than a term such as `git blob`. */
const PHRASE = /[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}/;
const CHINESE = /\p{Script=Han}/u;

/** The fixed text of a literal, without its placeholders; undefined for other expressions. */
function wording(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join(' ');
  return undefined;
}

/** The expressions that an expression may be. */
function branches(node: ts.Expression): ts.Expression[] {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return branches(node.expression);
  if (ts.isConditionalExpression(node)) return [...branches(node.whenTrue), ...branches(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return [...branches(node.left), ...branches(node.right)];
  return [node];
}

function property(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = node.properties.find((part) => part.name?.getText() === name);
  if (found && ts.isPropertyAssignment(found)) return found.initializer;
  return found && ts.isShorthandPropertyAssignment(found) ? found.name : undefined;
}

const isStringTyped = (node: ts.Expression): boolean => {
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(({ flags }) => (flags & ts.TypeFlags.StringLike) !== 0);
};

/** Whether a message or hint is, or may be, a sentence in English alone. */
const isEnglishOnly = (node: ts.Expression): boolean =>
  branches(node).some((branch) => {
    const words = wording(branch);
    return words === undefined ? isStringTyped(branch) : WORD.test(words);
  });

/** Methods of the terminal that show text. */
const PRINTING = new Set(['print', 'printText', 'note', 'progress', 'say']);

interface Site {
  readonly room: string;
  readonly place: string;
}
const english: Site[] = [];
const untranslated: string[] = [];
const printed: string[] = [];
let errors = 0;

for (const file of program.getSourceFiles().filter(({ fileName }) => isOurs(fileName))) {
  const placeOf = (node: ts.Node): string => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    return `${relative(source, file.fileName)}:${line + 1}`;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'UserError') {
      errors++;
      const [, message, details] = node.arguments ?? [];
      const hint = details && ts.isObjectLiteralExpression(details) ? property(details, 'hint') : undefined;
      if ([message, hint].some((text) => text && isEnglishOnly(text))) {
        english.push({ room: relative(source, file.fileName).split('/')[0], place: placeOf(node) });
      }
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [text] = node.arguments;
      const words = PRINTING.has(node.expression.name.text) && text && wording(text);
      if (words && SENTENCE.test(words)) printed.push(placeOf(node));
    }
    if (ts.isObjectLiteralExpression(node)) {
      const [en, zh] = ['en', 'zh'].map((name) => property(node, name));
      const [words, chinese] = [en && wording(en), zh && wording(zh)];
      if (words !== undefined && PHRASE.test(words) && chinese !== undefined && !CHINESE.test(chinese))
        untranslated.push(placeOf(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** Whether names are joined by commas, as no Chinese sentence lists them: here, or where a name is given to it. */
function listsByCommas(node: ts.Node, depth = 3): boolean {
  if (depth === 0) return false;
  if (ts.isCallExpression(node) && node.expression.getText().endsWith('.join')) {
    // [2, 3] is a shape in every language.
    if (/\bshape\b/.test(node.expression.getText())) return false;
    const [between] = node.arguments;
    return between !== undefined && ts.isStringLiteralLike(between) && between.text === ', ';
  }
  if (ts.isIdentifier(node)) {
    const declared = checker.getSymbolAtLocation(node)?.valueDeclaration;
    if (!declared || !ts.isVariableDeclaration(declared) || !declared.initializer) return false;
    return !ts.isFunctionLike(declared.initializer) && listsByCommas(declared.initializer, depth - 1);
  }
  if (ts.isPropertyAccessExpression(node) || ts.isObjectLiteralExpression(node)) return false;
  return node.getChildren().some((child) => listsByCommas(child, depth));
}

/** Rooms whose texts are for people only; elsewhere lists are also file formats, shapes and figures of the report's scripts. */
const SHOWN = /^(cli|server\/(pages|explorer))\//;
const inEnglish = (node: ts.Node): boolean =>
  ts.isPropertyAssignment(node) && node.name.getText() === 'en'
    ? true
    : node.parent !== undefined && inEnglish(node.parent);

/** Lists with commas in Chinese, and half-width stops between Chinese characters. */
const commas: string[] = [];
const stops: string[] = [];
for (const file of program.getSourceFiles().filter(({ fileName }) => isOurs(fileName))) {
  const name = relative(source, file.fileName);
  const visit = (node: ts.Node): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    if (ts.isObjectLiteralExpression(node)) {
      const zh = property(node, 'en') && property(node, 'zh');
      if (zh && !ts.isIdentifier(zh) && listsByCommas(zh)) commas.push(`${name}:${line + 1}`);
      // Lists in brackets are JSON.
      const words = zh && wording(zh)?.replaceAll(/\[[^\]]*\]/g, '');
      if (
        words &&
        /\p{Script=Han} ?[,;!?] ?\p{Script=Han}|\p{Script=Han}[.:] \p{Script=Han}|\p{Script=Han}\.$/u.test(
          words,
        )
      )
        stops.push(`${name}:${line + 1}`);
    }
    if (SHOWN.test(name) && ts.isCallExpression(node) && node.expression.getText().endsWith('.join'))
      if (listsByCommas(node) && !inEnglish(node)) commas.push(`${name}:${line + 1}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

describe('texts in both languages', () => {
  it('are in every error and hint', () => {
    expect(errors).toBeGreaterThan(150);
    expect(english.filter(({ room }) => !PENDING.includes(room)).map(({ place }) => place)).toEqual([]);
  });

  it('require an empty list of exceptions once every room has them', () => {
    const open = new Set(english.map(({ room }) => room));
    expect(PENDING.length === 0 || PENDING.some((room) => open.has(room))).toBe(true);
  });

  it('are in everything that the command line prints', () => {
    expect(printed).toEqual([]);
  });

  it('contain Chinese where they are marked so', () => {
    expect(untranslated).toEqual([]);
  });

  it('use Chinese punctuation in Chinese', () => {
    expect(commas).toEqual([]);
    expect(stops).toEqual([]);
  });
});
