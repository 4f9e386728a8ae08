import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slides } from '../../display/browser/board-window.js';

const media = ['a.jpg', 'b.mp4', 'c.jpg'].map((url) => ({ url, kind: url.endsWith('mp4') ? 'video' : 'picture' }));

function turns(slides, given, count) {
  return Array.from({ length: count }, () => slides.next({ waiting: true, media: [], calm: false, ...given }))
    .map((each) => (each.kind === 'media' ? each.item.url : `${each.kind} ${each.page}`));
}

test('pages of the waiting list and media take turns, each in its order', () => {
  const slides = new Slides();
  slides.kind = 'media';
  assert.deepEqual(turns(slides, { media }, 8), ['waiting 0', 'a.jpg', 'waiting 1', 'b.mp4', 'waiting 2', 'c.jpg', 'waiting 3', 'a.jpg']);
});

test('without media the pages go on, without a waiting list the media', () => {
  assert.deepEqual(turns(new Slides(), {}, 3), ['waiting 0', 'waiting 1', 'waiting 2']);
  assert.deepEqual(turns(new Slides(), { waiting: false, media }, 4), ['a.jpg', 'b.mp4', 'c.jpg', 'a.jpg']);
});

test('a broken file is passed over at once, until it is another file', () => {
  const slides = new Slides();
  slides.kind = 'waiting';
  assert.deepEqual(turns(slides, { media }, 1), ['a.jpg']);
  slides.failed();
  assert.deepEqual(turns(slides, { media }, 4), ['b.mp4', 'waiting 0', 'c.jpg', 'waiting 1']);
  const mended = [{ url: 'a.jpg?v=2', kind: 'picture' }, ...media.slice(1)];
  assert.deepEqual(turns(slides, { media: mended }, 1), ['a.jpg?v=2']);
});

test('when all is broken the waiting list has the window alone', () => {
  const slides = new Slides();
  for (let turn = 0; turn < 8; turn += 1) {
    if (slides.next({ waiting: true, media, calm: false }).kind === 'media') slides.failed();
  }
  assert.ok(turns(slides, { media }, 4).every((each) => each.startsWith('waiting')));
});

test('where motion is unwelcome there are no videos', () => {
  const slides = new Slides();
  slides.kind = 'waiting';
  assert.deepEqual(turns(slides, { media, calm: true, waiting: false }, 3), ['a.jpg', 'c.jpg', 'a.jpg']);
});
