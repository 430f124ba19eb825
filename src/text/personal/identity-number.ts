/** Province codes that identity numbers begin with (GB/T 2260). */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(
    ' ',
  ),
);
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS = '10X98765432';

/**
 * Whether digits are an identity number of 18 places with its check digit, or of 15 places as issued before 1999
 * (GB 11643-1999; the check digit is ISO 7064 MOD 11-2).
 */
export function isIdentityNumber(text: string): boolean {
  if (!PROVINCES.has(text.slice(0, 2))) return false;
  if (/^\d{15}$/.test(text)) return isDate(`19${text.slice(6, 12)}`);
  if (!/^\d{17}[\dXx]$/.test(text) || !isDate(text.slice(6, 14))) return false;
  return checkDigitOf(text.slice(0, 17)) === text[17].toUpperCase();
}

/** The last place of an identity number, by the 17 before it. */
export function checkDigitOf(digits: string): string {
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  return CHECK_DIGITS[sum % 11];
}

function isDate(digits: string): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].map(Number);
  if (year < 1850 || year > 2099 || month < 1 || month > 12) return false;
  return day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
