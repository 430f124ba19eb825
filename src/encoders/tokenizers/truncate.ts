/**
 * How many tokens of each text of a pair are kept where `room` are left for both: the strategy
 * `longest_first` as the reference tokenizer computes it. The longer text is cut first; where both are cut,
 * they share, and the odd token goes to the one that was longer (to the second where they were equal).
 */
export function longestFirst(first: number, second: number, room: number): [first: number, second: number] {
  if (first + second <= room) return [first, second];
  const short = Math.min(first, second);
  let keptShort = short;
  let keptLong = short > room ? short : Math.max(short, room - short);
  if (keptShort + keptLong > room) {
    keptShort = room >> 1;
    keptLong = keptShort + (room & 1);
  }
  return first > second ? [keptLong, keptShort] : [keptShort, keptLong];
}
