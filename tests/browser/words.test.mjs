import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { language, onLanguage, otherLanguage, pick, setLanguage, t, useWords } from '../../core/web/browser/words.js';

const WORDS = {
  id: { 'board.recent': 'Sebelumnya', 'phone.ahead': '{count} orang di depan {who}', only: 'hanya' },
  en: { 'board.recent': 'Earlier', 'phone.ahead': '{count} people ahead of {who}', only: '' },
};

beforeEach(() => useWords(WORDS, 'id'));

test('a text is in the language of the page', () => {
  assert.equal(t('board.recent'), 'Sebelumnya');
  setLanguage('en');
  assert.equal(t('board.recent'), 'Earlier');
  assert.equal(language(), 'en');
  assert.equal(otherLanguage(), 'id');
});

test('names in braces are filled, unknown ones stay', () => {
  assert.equal(t('phone.ahead', { count: 4 }), '4 orang di depan {who}');
  assert.equal(t('phone.ahead', { count: 0, who: 'Anda' }), '0 orang di depan Anda');
});

test('a missing text falls back to Indonesian, then to its key', () => {
  setLanguage('en');
  assert.equal(t('only'), 'hanya');
  assert.equal(t('nowhere'), 'nowhere');
});

test('one text can be asked for in the other language', () => {
  assert.equal(t('board.recent', {}, 'en'), 'Earlier');
});

test('an unknown language changes nothing', () => {
  setLanguage('de');
  assert.equal(language(), 'id');
  useWords(WORDS, 'de');
  assert.equal(language(), 'id');
});

test('those who asked are told of a change, once each', () => {
  const told = [];
  const end = onLanguage((lang) => told.push(lang));
  setLanguage('en');
  setLanguage('en');
  end();
  setLanguage('id');
  assert.deepEqual(told, ['en']);
});

test('pick takes the language that there is', () => {
  assert.equal(pick({ id: 'Loket 3', en: 'Counter 3' }), 'Loket 3');
  setLanguage('en');
  assert.equal(pick({ id: 'Loket 3', en: '' }), 'Loket 3');
  assert.equal(pick(null), '');
});
