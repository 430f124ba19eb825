import type { CellStyle } from './styles.ts';

const DAY_SECONDS = 86_400;
/** Days from 1970 back to the beginning of each way to count. */
const EPOCH_1900 = 25_569;
const EPOCH_1904 = 24_107;

/** A number of a cell as text: its digits, filled with zeros or as a date where its format says so. */
export function showNumber(value: string, style: CellStyle | undefined, from1904: boolean): string {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) return value;
  if (style?.isDate) return showDate(number, from1904) ?? String(number);
  const digits = String(number);
  return style && Number.isInteger(number) && number >= 0 ? digits.padStart(style.digits, '0') : digits;
}

/** `2024-03-01`, `2024-03-01 08:30:00` or, of less than a day, `08:30:00`; undefined for other numbers. */
function showDate(serial: number, from1904: boolean): string | undefined {
  if (serial < 0 || serial > 2_958_466) return undefined;
  // 1900 was no leap year, but day 60 is its 29 February.
  const days = from1904 ? serial - EPOCH_1904 : serial - EPOCH_1900 + (serial < 60 ? 1 : 0);
  const seconds = Math.round(days * DAY_SECONDS);
  const [date, time] = new Date(seconds * 1000).toISOString().slice(0, 19).split('T');
  if (serial > 0 && serial < 1) return time;
  return time === '00:00:00' ? date : `${date} ${time}`;
}
