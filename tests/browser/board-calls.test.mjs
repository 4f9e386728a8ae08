import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ARROW, fit, isNew, merge, NEW_FOR, nextChange, takenBack, widthOf } from '../../display/browser/board-calls.js';

const START = Date.parse('2026-11-24T09:00:00+08:00');

function call(number, second, counter = 1) {
  return { number, counter: `C${counter}`, counter_number: counter, at: new Date(START + second * 1000).toISOString() };
}

test('each number is shown once, with its newest call, newest first', () => {
  const calls = merge([call('A001', 5)], [call('A001', 1), call('A002', 3), call('A003', 9)]);
  assert.deepEqual(calls.map((one) => one.number), ['A003', 'A001', 'A002']);
  assert.equal(calls[1].at, call('A001', 5).at);
});

test('two calls of the same instant are both shown', () => {
  assert.equal(merge([call('A001', 1), call('B001', 1)], []).length, 2);
});

test('a call is new for ten seconds, and the next change is known', () => {
  const one = call('A001', 0);
  assert.equal(isNew(one, START + NEW_FOR - 1), true);
  assert.equal(isNew(one, START + NEW_FOR), false);
  assert.equal(nextChange([one, call('A002', 4)], START + 5000), 5000);
  assert.equal(nextChange([one], START + NEW_FOR), null);
});

test('a call of a clock that went back is not new for ever', () => {
  const one = call('A001', 3600);
  assert.equal(isNew(one, START), false);
  assert.equal(nextChange([one], START), null);
  assert.equal(isNew(call('A002', 1), START), true); // the server is a second ahead
});

test('beside a long number the counter gives way first; the number keeps its height', () => {
  const room = 4.59;
  assert.deepEqual(fit(call('A007', 0, 12), room), { number: 1, counter: 1 });
  const long = fit(call('A1000', 0, 12), room);
  assert.equal(long.number, 1);
  assert.ok(long.counter > 0.5 && long.counter < 1);
  const longest = fit(call('W1000', 0, 112), room);
  assert.equal(longest.number, 1);
  assert.ok(longest.counter >= 0.33);
  const absurd = fit(call('WWWW1000', 0, 112), room);
  assert.ok(absurd.number < 1);
});

test('whatever shrinks, number, arrow and counter fit the room', () => {
  for (const number of ['A001', 'A1000', 'W1000', 'WWWW001', 'PTSP1000']) {
    for (const counter of [1, 12, 61, 112, 999]) {
      const { number: n, counter: k } = fit(call(number, 0, counter), 4.59);
      assert.ok(widthOf(number) * n + ARROW + widthOf(String(counter)) * k <= 4.59 + 1e-9, `${number} ${counter}`);
    }
  }
});

test('a call that the newest view does not name was taken back, unless newer ones pushed it out', () => {
  const view = (recent) => ({ current: [call('B001', 50)], recent, look: { recent: 2 } });
  assert.equal(takenBack(call('A001', 10), view([call('B002', 20)])), true);
  assert.equal(takenBack(call('A001', 10), view([call('B002', 20), call('B003', 30)])), false);
  assert.equal(takenBack(call('A001', 40), view([call('B002', 20), call('B003', 30)])), true);
  assert.equal(takenBack(call('B001', 10), view([])), false);
});
