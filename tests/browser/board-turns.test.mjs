import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf } from '../../display/browser/board-calls.js';
import { SEEN_FOR, Turns } from '../../display/browser/board-turns.js';

const START = Date.parse('2026-11-24T09:00:00+08:00');
const ROOMS = [3, 4, 6, 10, 14, 19];

function call(name, ms, counter = 1) {
  return { number: name, counter: String(counter), counter_number: counter, at: new Date(START + ms).toISOString() };
}

/** A repeatable source of chance. */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/**
 * Let calls arrive at their times on a board that draws when it must; answers with what was visible when.
 * `tail`: how many of the newest calls a view still names.
 */
function play(calls, { rooms = ROOMS, until = 60_000, tail = 1000, step = 50 } = {}) {
  const turns = new Turns();
  turns.learn([], START);
  const record = new Map(); // key → spans [from, to]
  const levels = [];
  let known = [];
  let wait = null;
  let drawnAt = 0;
  let open = new Set();
  for (let now = 0; now <= until; now += step) {
    const fresh = calls.filter((one) => Date.parse(one.at) - START > now - step && Date.parse(one.at) - START <= now);
    if (fresh.length === 0 && !(wait !== null && now >= drawnAt + wait)) continue;
    known = fresh.concat(known).sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
    turns.learn(known.slice(0, tail), START + now);
    const plan = turns.plan(rooms, now);
    const shown = new Set(plan.shown.map(keyOf));
    assert.ok(plan.shown.length <= rooms[plan.level], 'never more than fit');
    assert.equal(new Set(plan.shown.map((one) => one.number)).size, plan.shown.length, 'each number once');
    if (known.length) assert.ok(shown.has(keyOf(known[0])), 'the newest call stands at once');
    open.forEach((key) => shown.has(key) || (record.get(key).at(-1)[1] = now));
    shown.forEach((key) => {
      if (open.has(key)) return;
      record.set(key, [...(record.get(key) || []), [now, Infinity]]);
    });
    open = shown;
    levels.push([now, plan.level]);
    wait = plan.wait;
    drawnAt = now;
  }
  open.forEach((key) => {
    record.get(key).at(-1)[1] = until;
  });
  return { record, levels, turns };
}

function longest(record, key) {
  return Math.max(0, ...(record.get(key) || []).map(([from, to]) => to - from));
}

test('ten calls in one second all stand at once, and each is seen for at least four seconds', () => {
  const calls = Array.from({ length: 10 }, (_, place) => call(`A00${place}`, 1000 + place * 100, place));
  const { record, levels } = play(calls);
  calls.forEach((one) => {
    assert.ok(longest(record, keyOf(one)) >= SEEN_FOR, one.number);
    assert.equal(record.get(keyOf(one))[0][0], Date.parse(one.at) - START, 'it stands at once');
  });
  assert.equal(Math.max(...levels.map(([, level]) => level)), 3, 'ten fit');
  assert.equal(levels.at(-1)[1], 0, 'the letters grow again');
});

test('three calls keep the full letters, and so do many calls that come one after the other', () => {
  const few = play([call('A001', 0), call('A002', 200), call('A003', 400)].map((one) => one));
  assert.equal(Math.max(...few.levels.map(([, level]) => level)), 0);
  const steady = play(Array.from({ length: 30 }, (_, place) => call(`A${place}`, place * 2000)));
  assert.equal(Math.max(...steady.levels.map(([, level]) => level)), 0);
});

test('letters do not flicker: once smaller they stay so until the burst is no longer new', () => {
  const calls = Array.from({ length: 6 }, (_, place) => call(`A00${place}`, 1000 + place * 100));
  const { levels } = play(calls);
  const changes = levels.filter(([, level], place) => place > 0 && level < levels[place - 1][1]);
  assert.equal(changes.length, 1, 'they grow once');
  assert.ok(changes[0][0] >= 1500 + 9_000 && changes[0][0] <= 1500 + 11_500, String(changes[0][0]));
});

test('whatever comes, each call is seen for four seconds and the newest stands at once', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = chance(seed);
    const rooms = [1 + Math.floor(random() * 4), 6, 10, 10 + Math.floor(random() * 10)];
    const count = 1 + Math.floor(random() * 120);
    const over = 500 + random() * 30_000;
    const calls = Array.from({ length: count }, (_, place) => call(`N${place}`, Math.floor(random() * over), place % 60));
    const ends = over + 5_000 + (count / rooms.at(-1)) * (SEEN_FOR + 500) * 1.3;
    const { record } = play(calls, { rooms, until: ends, tail: 8 + Math.floor(random() * 60) });
    calls.forEach((one) => assert.ok(longest(record, keyOf(one)) >= SEEN_FOR, `seed ${seed}: ${one.number}`));
  }
});

test('two hundred calls in ten seconds are all seen, and nothing is kept of them', () => {
  const calls = Array.from({ length: 200 }, (_, place) => call(`N${place}`, place * 50, place % 60));
  const { record, turns } = play(calls, { until: 90_000, tail: 68 });
  calls.forEach((one) => assert.ok(longest(record, keyOf(one)) >= SEEN_FOR, one.number));
  turns.learn(calls.slice(-68).reverse(), START + 90_000);
  assert.ok(turns.entries.size <= 68, String(turns.entries.size));
});

test('a call that is repeated is a new one in the same place; its number stands once', () => {
  const turns = new Turns();
  turns.learn([], START);
  turns.learn([call('A001', 0)], START);
  turns.plan(ROOMS, 0);
  turns.learn([call('A001', 20_000)], START + 20_000);
  const { shown } = turns.plan(ROOMS, 20_000);
  assert.deepEqual(shown.map(keyOf), [keyOf(call('A001', 20_000))]);
});

test('a call that was taken back goes at once, one that newer calls pushed out of the view stays', () => {
  const turns = new Turns();
  turns.learn([], START);
  turns.learn([call('A001', 0)], START);
  turns.plan(ROOMS, 0);
  turns.learn([call('A002', 100)], START + 100, () => false);
  assert.deepEqual(turns.plan(ROOMS, 100).shown.map((one) => one.number), ['A002', 'A001']);
  turns.learn([call('A002', 100)], START + 200, () => true);
  assert.deepEqual(turns.plan(ROOMS, 200).shown.map((one) => one.number), ['A002']);
});

test('a board that is switched on shows the newest in full letters, not the last minute as a burst', () => {
  const turns = new Turns();
  turns.learn(Array.from({ length: 9 }, (_, place) => call(`A${place}`, -15_000 - place * 1000)), START);
  assert.equal(turns.plan(ROOMS, 0).level, 0);
});

test('the call that is being said stays, however many are newer', () => {
  const turns = new Turns();
  turns.learn([], START);
  const old = call('A001', -30_000);
  turns.learn([call('B1', 4), call('B2', 3), call('B3', 2), old], START + 10);
  const first = turns.plan([3], 10, keyOf(old));
  assert.ok(first.shown.some((one) => one.number === 'A001'));
  assert.equal(first.shown[0].number, 'B1');
});
