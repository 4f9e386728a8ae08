import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL_LIFE, Calls, GRACE, Line, Sequence, ServerClock, SILENCE } from '../../core/web/browser/sequence.js';

test('what is not newer is dropped', () => {
  const views = new Sequence({ epoch: 'a', seq: 5 });
  assert.equal(views.accept({ epoch: 'a', seq: 4 }), false);
  assert.equal(views.accept({ epoch: 'a', seq: 6 }), true);
  assert.deepEqual(views.held, { epoch: 'a', seq: 6 });
});

test('the same events at a later moment are taken: the forecast went on', () => {
  const views = new Sequence({ epoch: 'a', seq: 5 }, '2026-11-24T09:00:00+08:00');
  assert.equal(views.accept({ epoch: 'a', seq: 5 }, '2026-11-24T09:00:29+08:00'), true);
  assert.equal(views.accept({ epoch: 'a', seq: 5 }, '2026-11-24T09:00:29+08:00'), false);
  assert.equal(views.accept({ epoch: 'a', seq: 5 }, '2026-11-24T09:00:28+08:00'), false);
  assert.equal(views.accept({ epoch: 'a', seq: 5 }), true, 'a view that does not tell its moment');
  assert.equal(views.accept({ epoch: 'a', seq: 4 }, '2026-11-24T10:00:00+08:00'), false);
});

test('a new epoch wins, however small its number', () => {
  const views = new Sequence({ epoch: 'a', seq: 900 });
  assert.equal(views.accept({ epoch: 'b', seq: 1 }), true);
  assert.equal(views.accept({ epoch: 'b', seq: 0 }), false);
});

test('an epoch that was left never comes back', () => {
  const views = new Sequence({ epoch: 'a', seq: 900 });
  views.accept({ epoch: 'b', seq: 1 });
  assert.equal(views.accept({ epoch: 'a', seq: 901 }), false);
  assert.deepEqual(views.held, { epoch: 'b', seq: 1 });
});

test('without a snapshot the first view is taken', () => {
  assert.equal(new Sequence().accept({ epoch: 'a', seq: 0 }), true);
  assert.equal(new Sequence({}).accept({ epoch: 'a', seq: 0 }), true);
});

test('the clock is the server’s, in the hall’s zone', () => {
  let local = 1000;
  const clock = new ServerClock(() => local);
  clock.learn('2026-11-24T09:00:00.000+08:00');
  local += 61_000;
  assert.equal(new Date(clock.now()).toISOString(), '2026-11-24T01:01:01.000Z');
  assert.equal(clock.minutes, 480);
});

test('a time that cannot be read leaves the clock alone', () => {
  const clock = new ServerClock(() => 0);
  clock.learn('2026-11-24T09:00:00+08:00');
  clock.learn('nonsense');
  assert.equal(clock.now(), Date.parse('2026-11-24T01:00:00Z'));
});

const call = { number: 'A007', counter: 'CAPIL-3', repeat: 0, at: '2026-11-24T09:00:00+08:00' };
const at = Date.parse(call.at);

test('a call is heard once, its repetition again', () => {
  const calls = new Calls();
  assert.equal(calls.accept(call, at + 10), true);
  assert.equal(calls.accept({ ...call }, at + 500), false);
  assert.equal(calls.accept({ ...call, repeat: 1, at: '2026-11-24T09:00:10+08:00' }, at + 10_100), true);
});

test('two calls of one second are both heard', () => {
  const calls = new Calls();
  assert.equal(calls.accept(call, at), true);
  assert.equal(calls.accept({ ...call, number: 'A008', counter: 'CAPIL-4' }, at), true);
});

test('an old call is not heard', () => {
  assert.equal(new Calls().accept(call, at + CALL_LIFE + 1), false);
  assert.equal(new Calls().accept(call, at + CALL_LIFE), true);
});

test('a short break is not complained of, a longer one is', () => {
  const line = new Line(0);
  line.lost(1000);
  line.lost(1000 + GRACE - 1); // a second failure does not begin the count anew
  assert.equal(line.up(1000 + GRACE - 1), true);
  assert.equal(line.up(1000 + GRACE), false);
  line.heard(9000);
  assert.equal(line.up(9000), true);
});

test('silence is a dead line within 20 seconds', () => {
  const line = new Line(0);
  assert.equal(line.up(SILENCE), true);
  assert.equal(line.up(SILENCE + 1), false);
  assert.equal(line.silent(SILENCE + 1), true);
  assert.ok(SILENCE + GRACE <= 20_000);
});
