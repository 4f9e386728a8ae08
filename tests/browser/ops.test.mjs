// The supervisor's page as a value: each press once, its result beside it for a while.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  SAID_MS,
  SIGNS,
  actionsOf,
  aged,
  answered,
  gone,
  places,
  pressed,
  refused,
  since,
  under,
  watch,
  weight,
  withView,
} from '../../counter/browser/ops_model.js';

const job = (id, state) => ({ job: id, number: id.toUpperCase(), state, kiosk: 'k1' });
const printer = (fields = {}) => ({ id: 'p1', state: 'ok', kiosks: [{ id: 'k1' }], jobs: [], ...fields });
const view = (...jobs) => ({ printers: [printer({ jobs }), printer({ id: 'p2', kiosks: [] })], alerts: [] });

test('what failed is printed, what is in doubt is looked at first, what goes on is left alone', () => {
  assert.deepEqual(actionsOf(job('a', 'failed')), ['print']);
  assert.deepEqual(actionsOf(job('a', 'doubtful')), ['seen', 'print']);
  for (const state of ['queued', 'sending', 'sent']) assert.deepEqual(actionsOf(job('a', state)), []);
});

test('a second press waits for the answer to the first', () => {
  const once = pressed(watch(view(job('a', 'failed'))), 'a', 'print', 'key-1');
  assert.ok(under(once, 'a'));
  assert.equal(pressed(once, 'a', 'print', 'key-2'), once);
});

test('a press that nobody answered is sent again under its key, a refused one is a new wish', () => {
  const once = pressed(watch(view(job('a', 'failed'))), 'a', 'print', 'key-1');
  const silent = refused(once, 'a', { status: 0 }, 10);
  assert.equal(pressed(silent, 'a', 'print', 'key-2').presses.a.key, 'key-1');
  assert.equal(pressed(refused(once, 'a', { status: 409 }, 10), 'a', 'print', 'key-2').presses.a.key, 'key-2');
});

test('the result is told at its printer once the job has left the list, and then no more', () => {
  const once = pressed(watch(view(job('a', 'doubtful'))), 'a', 'seen', 'key-1');
  const done = answered(once, 'a', { number: 'A', printer: 'p1' }, 100);
  assert.deepEqual(gone(done, done.view.printers[0]), []);
  const left = withView(done, view());
  assert.deepEqual(gone(left, left.view.printers[0]).map((press) => press.number), ['A']);
  assert.deepEqual(gone(left, left.view.printers[1]), []);
  assert.equal(aged(left, 100 + SAID_MS - 1), left);
  assert.deepEqual(aged(left, 100 + SAID_MS).presses, {});
});

test('paper can come out wherever a kiosk has a printer', () => {
  assert.deepEqual(places(view()).map((each) => each.id), ['k1']);
});

test('every state has a sign of its own kind and a weight', () => {
  assert.equal(weight('ok'), 'good');
  assert.equal(weight('near_end'), 'warn');
  assert.equal(weight('paper_out'), 'bad');
  for (const state of Object.keys(SIGNS)) assert.ok(SIGNS[state]);
});

test('since when is told in the measure that fits', () => {
  const at = Date.parse('2026-11-24T09:00:00+08:00');
  const told = (minutes) => since('2026-11-24T09:00:00+08:00', at + minutes * 60_000).key;
  assert.deepEqual([0.5, 5, 65, 3000].map(told), ['ops.since.now', 'ops.since.minutes', 'ops.since.hours', 'ops.since.days']);
  assert.equal(since('2026-11-24T09:00:00+08:00', at - 5000).key, 'ops.since.now');
});
