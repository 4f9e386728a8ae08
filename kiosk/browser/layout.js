/**
 * How many targets a screen holds: pure arithmetic of `[columns, rows]`, so that each stays at least
 * 100 px high and, on a portrait screen, in the low half.
 */

const PORTRAIT = {
  usual: { often: [3, 2], agencies: [3, 4], services: [2, 6], results: [2, 3] },
  large: { often: [2, 1], agencies: [2, 3], services: [2, 4], results: [2, 2] },
  low: { often: [3, 1], agencies: [3, 2], services: [2, 3], results: [2, 1] },
  'low large': { often: [2, 1], agencies: [2, 2], services: [2, 3], results: [2, 1] },
};

const LANDSCAPE = {
  usual: { often: [3, 2], agencies: [3, 4], services: [2, 6], results: [2, 3] },
  large: { often: [2, 2], agencies: [2, 3], services: [2, 4], results: [1, 2] },
  low: { often: [3, 1], agencies: [3, 2], services: [2, 3], results: [2, 1] },
  'low large': { often: [2, 1], agencies: [2, 2], services: [2, 3], results: [1, 1] },
};

/** The grids of a screen that is `portrait` or not, as the citizen asked to see it. */
export function grids(portrait, { low, large }) {
  const name = [low && 'low', large && 'large'].filter(Boolean).join(' ') || 'usual';
  return (portrait ? PORTRAIT : LANDSCAPE)[name];
}

/** One page of `items`: what is on it, how many pages there are, what begins the next and the last. */
export function paged(items, [columns, rows], wanted) {
  const size = columns * rows;
  const pages = Math.max(1, Math.ceil(items.length / size));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  const slice = (number) => items.slice(number * size, (number + 1) * size);
  return { page, pages, columns, size, items: slice(page), before: slice(page - 1), after: slice(page + 1) };
}

/** The page that follows, the first after the last, with what is on it. */
export function around(items, [columns, rows], wanted) {
  const { page, pages } = paged(items, [columns, rows], wanted);
  const next = (page + 1) % pages;
  return { page: next, items: items.slice(next * columns * rows, (next + 1) * columns * rows) };
}
