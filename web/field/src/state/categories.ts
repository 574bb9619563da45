// Categories in the order of the grid, with a label by code.

import type { CategoryLine } from '../core/field-core.ts';
import { labelOf } from '../words/words.ts';

/** How many stand in the grid; the rest are behind "more". */
export const GRID = 8;

export function gridOf(categories: readonly CategoryLine[]): CategoryLine[] {
  return [...categories].sort((a, b) => a.order - b.order);
}

export function categoryOf(
  categories: readonly CategoryLine[] | null,
  code: string | null,
): CategoryLine | undefined {
  return categories?.find((one) => one.code === code);
}

/** The word for a category, the code where the registry lacks it, nothing where there is none. */
export function categoryLabel(categories: readonly CategoryLine[] | null, code: string | null): string {
  const found = categoryOf(categories, code);
  return found ? labelOf(found) : (code ?? '');
}
