import type { ZipFile } from '../../../../fetch/zip.ts';
import { createXmlParser, type XmlHandler } from './xml.ts';

/** Calls `take` with the text of every element `item`: that of its `t`s, but for those in `rPh`. */
export function textHandler(take: (text: string) => void, item: string): XmlHandler {
  let text = '';
  let [isText, isReading] = [false, false];
  return {
    open(name) {
      if (name === item) text = '';
      else if (name === 'rPh') isReading = true;
      else if (name === 't') isText = !isReading;
    },
    close(name) {
      if (name === item) take(unescapeUnits(text));
      else if (name === 'rPh') isReading = false;
      else if (name === 't') isText = false;
    },
    text(part) {
      if (isText) text += part;
    },
  };
}

/** `_x000D_` represents a code unit that XML cannot contain. */
export const unescapeUnits = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;

/** Reads a part whole. */
export async function readXml(part: ZipFile, handler: XmlHandler): Promise<void> {
  const parser = createXmlParser(handler);
  for await (const text of textsOf(part)) parser.push(text);
  parser.end();
}

/** The text of a part, piece by piece. */
export async function* textsOf(part: ZipFile): AsyncGenerator<string> {
  let decoder: ReturnType<typeof decoderFor> | undefined;
  for await (const chunk of part.read()) {
    decoder ??= decoderFor(chunk);
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder) yield decoder.decode();
}

const decoderFor = ([first, second]: Uint8Array) => {
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  return new TextDecoder(isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8', { fatal: true });
};
