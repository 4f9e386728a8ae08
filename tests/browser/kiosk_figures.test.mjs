import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useWords } from '../../core/web/browser/words.js';
import { greeting, hour, range, waiting } from '../../kiosk/browser/figures.js';

const en = {
  'kiosk.range': '{from}-{to} min',
  'kiosk.range.long': '{from} to {to}',
  'kiosk.range.about': 'about {duration}',
  'kiosk.range.soon': 'less than 5 min',
  'kiosk.minutes': '{minutes} min',
  'kiosk.hours': '{hours} h',
  'kiosk.hours.minutes': '{hours} h {minutes} min',
  'kiosk.waiting.none': 'none',
  'kiosk.waiting.one': 'one',
  'kiosk.waiting.many': '{count} waiting',
  'kiosk.greeting.morning': 'Good morning.',
  'kiosk.greeting.evening': 'Good evening.',
  'kiosk.greeting.balinese': 'Om Swastiastu.',
};
useWords({ id: {}, en }, 'en');

const forecast = (median_minutes, p80_minutes) => range({ median_minutes, p80_minutes });

test('a range is what it says', () => {
  assert.equal(forecast(12, 20), '12-20 min');
  assert.equal(forecast(0, 3), 'less than 5 min');
  assert.equal(forecast(7, 7), 'about 7 min');
  assert.equal(forecast(80, 120), '80 min to 2 h');
  assert.equal(forecast(95, 130), '1 h 35 min to 2 h 10 min');
});

test('counts are sentences', () => {
  assert.deepEqual([0, 1, 7].map(waiting), ['none', 'one', '7 waiting']);
});

test("hours are the hall's, whatever the device believes", () => {
  assert.equal(hour('2026-11-24T08:05:00+08:00'), '08:05');
});

test('Thursday greets in Balinese first', () => {
  assert.equal(greeting('2026-11-24T09:00:00'), 'Good morning.');
  assert.equal(greeting('2026-11-26T19:00:00'), 'Om Swastiastu. Good evening.');
});
