import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probe } from '../../core/web/browser/probe.js';

function world(t, answers) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told = [];
  const search = probe('/healthz', {
    back: () => told.push('back'),
    gone: () => told.push('gone'),
    ask: async () => answers.shift() ?? false,
  });
  const pass = async (ms) => {
    t.mock.timers.tick(ms);
    await new Promise((done) => setImmediate(done));
  };
  return { told, search, pass };
}

test('a server that is away is asked for until it answers, and then no more', async (t) => {
  const { told, search, pass } = world(t, [false, false, true, true]);
  search.start();
  for (let turn = 0; turn < 6; turn += 1) await pass(600);
  assert.deepEqual(told, ['gone', 'gone', 'back']);
});

test('the next question comes within two thirds of a second, so that a line heals within three', async (t) => {
  const { told, search, pass } = world(t, [false, true]);
  search.start(0);
  await pass(0);
  await pass(660);
  assert.deepEqual(told, ['gone', 'back']);
});

test('who is connected again stops asking, even while an answer is on its way', async (t) => {
  const { told, search, pass } = world(t, [true]);
  search.start(0);
  t.mock.timers.tick(0);
  search.stop();
  await pass(2000);
  assert.deepEqual(told, []);
});

test('a device whose network is back asks at once', async (t) => {
  const { told, search, pass } = world(t, [true]);
  search.start(60_000);
  search.hurry();
  await pass(0);
  assert.deepEqual(told, ['back']);
});
