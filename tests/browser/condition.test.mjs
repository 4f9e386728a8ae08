// The red strip: what it says of a hall that can keep nothing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { conditionText } from '../../core/web/browser/condition.js';
import { useWords } from '../../core/web/browser/words.js';

useWords({ id: { 'common.store': '{time} {fault}', 'common.store.full': 'penuh' }, en: {} }, 'id');

test('a hall that is well, or of which nothing is known, says nothing', () => {
  assert.equal(conditionText(null), '');
  assert.equal(conditionText({ writable: true, since: null, fault: null }), '');
});

test('it says since when, in the time of the hall', () => {
  const said = conditionText({ writable: false, since: '2026-11-24T09:41:07+08:00', fault: 'full' });
  assert.equal(said, '09:41 penuh');
});

test('each fault that the server may name has words', () => {
  const faults = [...readFileSync('core/ports.py', 'utf8').split('class Fault')[1].split('class ')[0].matchAll(/= "(\w+)"/g)];
  const known = readFileSync('core/web/translations/id/LC_MESSAGES/messages.po', 'utf8');
  assert.ok(faults.length >= 7);
  for (const [, fault] of faults) assert.ok(known.includes(`msgid "common.store.${fault}"`), fault);
});
