/**
 * The smallest cell: no figure about fewer items than this is shown, or can be derived from others by subtraction. Smaller
 * cells would reveal single answers.
 */
export const SMALLEST_CELL = 5;
