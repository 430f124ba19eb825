/**
 * The smallest cell: no figure is shown about fewer items than this, nor does one follow from others by subtraction. What is
 * smaller would reveal single answers.
 */
export const SMALLEST_CELL = 5;
