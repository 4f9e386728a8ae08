import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit, isNew, merge, NEW_FOR, nextChange } from '../../display/browser/board-calls.js';

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

test('long numbers shrink so that the row fits', () => {
  assert.equal(fit(call('A007', 0, 12)), '');
  assert.equal(fit(call('A1000', 0, 12)), 'fit-7');
  assert.equal(fit(call('A1000', 0, 112)), 'fit-8');
});
