import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateText, timeOf, timeText, weekdayText, zoneText } from '../../core/web/browser/clock.js';

const NINE = Date.parse('2026-11-24T09:05:00+08:00');

test('time and date are those of the hall', () => {
  assert.equal(timeText(NINE, 480, 'id'), '09.05');
  assert.equal(timeText(NINE, 480, 'en'), '09:05');
  assert.equal(dateText(NINE, 480, 'en'), '24 November 2026');
  assert.equal(weekdayText(NINE, 480, 'en'), 'Tuesday');
  assert.equal(zoneText(480), 'WITA');
  assert.equal(zoneText(60), 'UTC+1');
});

test('the time of an instant is read from its own words', () => {
  assert.equal(timeOf('2026-11-24T23:40:00+08:00', 'id'), '23.40');
  assert.equal(timeOf(null, 'id'), '');
});
