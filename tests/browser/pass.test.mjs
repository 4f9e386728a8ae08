// A page's pass: fetched anew at half of its time, and when the server refuses it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { pagePass } from '../../core/web/browser/pass.js';

const PAGE = { token: 'first', lasts_s: 3600, next_pass: '/kiosk/k1/pass' };

function setting(answers) {
  const asked = [];
  const fresh = [];
  const time = { at: 0 };
  const own = pagePass(PAGE, {
    onFresh: (token) => fresh.push(token),
    ask: async (address) => {
      asked.push(address);
      const answer = answers.shift();
      if (answer === undefined) throw new TypeError('the server is away');
      return { ok: answer !== null, json: async () => ({ token: answer, lasts_s: 3600 }) };
    },
    clock: () => time.at,
    every: () => 0,
  });
  return { own, asked, fresh, time };
}

test('a young pass is kept', async () => {
  const { own, asked, time } = setting(['second']);
  time.at = 1_700_000;
  await own.look();
  assert.deepEqual([own.token(), asked], ['first', []]);
});

test('at half of its time the next one is fetched, once', async () => {
  const { own, asked, fresh, time } = setting(['second']);
  time.at = 1_801_000;
  await own.look();
  await own.look();
  assert.deepEqual([own.token(), asked, fresh], ['second', ['/kiosk/k1/pass'], ['second']]);
});

test('one that the server refuses is replaced at once', async () => {
  const { own, fresh } = setting(['second']);
  await own.refused({ status: 401, code: 'token_unknown' });
  assert.deepEqual(fresh, ['second']);
});

test('a refusal for another reason asks for nothing', async () => {
  const { own, asked } = setting(['second']);
  await own.refused({ status: 403, code: 'forbidden' });
  assert.deepEqual(asked, []);
});

test('while the server is away or refuses it is asked again, not more often than every 15 s', async () => {
  const { own, asked, time } = setting([undefined, null, 'second']);
  time.at = 2_000_000;
  await own.look();
  time.at += 5_000;
  await own.look();
  assert.equal(asked.length, 1);
  for (let tries = 0; tries < 2; tries += 1) {
    time.at += 16_000;
    await own.look();
  }
  assert.deepEqual([own.token(), asked.length], ['second', 3]);
});

test('a clock that was set back renews it', async () => {
  const { own, fresh, time } = setting(['second']);
  time.at = -7_200_000;
  await own.look();
  assert.deepEqual(fresh, ['second']);
});
