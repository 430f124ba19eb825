import type { Text } from '../../ground/language.ts';
import { damaged } from './stored.ts';

/** Reads variable-length integers and the fields of protocol buffers. Every method throws a UserError at the end. */
export interface WireReader {
  done(): boolean;
  /** An unsigned integer below 2^53. */
  varint(): number;
  bytes(length: number): Buffer;
  /** An integer of 64 bits in two's complement: below 0, or a safe one; one that is larger is rounded. */
  signed(): number;
  /** Each field as its number and value: an integer, or the bytes of a string, message or fixed number. */
  fields(read?: 'varint' | 'signed'): Generator<[field: number, value: number | Buffer]>;
}

export function createWireReader(data: Buffer, file: string, what: string): WireReader {
  let at = 0;
  const fail = (why: Text): never => {
    throw damaged(file, what, why);
  };
  const reader: WireReader = {
    done: () => at >= data.length,
    varint() {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        if (at >= data.length) fail({ en: 'truncated', zh: '被截断' });
        const byte = data[at++];
        value += (byte & 127) * scale;
        if (value > Number.MAX_SAFE_INTEGER) fail({ en: 'a number is too large', zh: '数值过大' });
        if (byte < 128) return value;
      }
    },
    signed() {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        if (at >= data.length) fail({ en: 'truncated', zh: '被截断' });
        const byte = data[at++];
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return Number(BigInt.asIntN(64, value));
        if (shift > 63n) fail({ en: 'a number is too large', zh: '数值过大' });
      }
    },
    bytes(length) {
      if (at + length > data.length) fail({ en: 'truncated', zh: '被截断' });
      at += length;
      return data.subarray(at - length, at);
    },
    *fields(read = 'varint') {
      while (!reader.done()) {
        const tag = reader.varint();
        const field = Math.floor(tag / 8);
        const kind = tag % 8;
        if (kind === 0) yield [field, reader[read]()];
        else if (kind === 1) yield [field, reader.bytes(8)];
        else if (kind === 2) yield [field, reader.bytes(reader.varint())];
        else if (kind === 5) yield [field, reader.bytes(4)];
        else fail({ en: `a field of the unknown type ${kind}`, zh: `未知的字段类型 ${kind}` });
      }
    },
  };
  return reader;
}
