import assert from 'node:assert/strict';
import { test } from 'node:test';
import { around, grids, paged } from '../../kiosk/browser/layout.js';

const USUAL = { low: false, large: false };
const many = Array.from({ length: 42 }, (_, number) => number);

test('all 24 agencies take two views of a portrait screen', () => {
  const { agencies } = grids(true, USUAL);
  assert.equal(paged(many.slice(0, 24), agencies, 0).pages, 2);
});

test('pages hold everything once, in order', () => {
  const { services } = grids(true, USUAL);
  const { pages } = paged(many, services, 0);
  const seen = Array.from({ length: pages }, (_, page) => paged(many, services, page).items).flat();
  assert.deepEqual(seen, many);
});

test('a page knows what begins before and after it', () => {
  const shown = paged(many, [2, 6], 1);
  assert.deepEqual([shown.before[0], shown.items[0], shown.after[0]], [0, 12, 24]);
});

test('a page beyond the last is the last', () => {
  assert.equal(paged(many, [2, 6], 9).page, 3);
  assert.equal(paged([], [2, 6], 3).page, 0);
});

test('the last page is followed by the first', () => {
  assert.equal(around(many, [2, 6], 3).page, 0);
  assert.equal(around(many.slice(0, 3), [2, 6], 0).page, 0);
});

test('larger and lower screens hold fewer', () => {
  const size = ([columns, rows]) => columns * rows;
  for (const portrait of [true, false]) {
    const usual = grids(portrait, USUAL);
    for (const look of [{ low: true }, { large: true }, { low: true, large: true }]) {
      for (const part of Object.keys(usual)) assert.ok(size(grids(portrait, look)[part]) < size(usual[part]));
    }
  }
});
