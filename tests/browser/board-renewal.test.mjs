import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAUSE, renewal } from '../../display/browser/board-renewal.js';

function world({ busy = () => false, build = 'one' } = {}) {
  const kept = new Map();
  const at = { now: 1_000_000 };
  let loads = 0;
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
  const made = () => renewal({ build, busy, storage, reload: () => { loads += 1; }, clock: () => at.now });
  return { at, made, loads: () => loads };
}

test('another build makes the page load anew, the same one does not', () => {
  const { made, loads } = world();
  const page = made();
  page.look('one');
  page.look(undefined);
  page.look('');
  assert.equal(loads(), 0);
  page.look('two');
  assert.equal(loads(), 1);
});

test('at most once a minute, over reloads of the page', () => {
  const { at, made, loads } = world();
  made().look('two');
  made().look('two');
  at.now += PAUSE - 1;
  made().look('two');
  assert.equal(loads(), 1);
  at.now += 1;
  made().look('two');
  assert.equal(loads(), 2);
});

test('never in the middle of an announcement: after it', () => {
  let speaking = true;
  const { made, loads } = world({ busy: () => speaking });
  const page = made();
  page.look('two');
  assert.equal(loads(), 0);
  speaking = false;
  page.look();
  assert.equal(loads(), 1);
});
