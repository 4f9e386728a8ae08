import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrival, atRest, left, step, warning, wish } from '../../kiosk/browser/flow.js';

const TICKET = { id: 't1', number: 'A007' };

function play(...events) {
  return events.reduce((state, event) => step(state, { at: 0, ...event }), arrival({ lang: 'id', now: 0 }));
}

const chosen = [{ type: 'agency', id: 'CAPIL' }, { type: 'service', id: 'kk-baru' }];
const taking = [...chosen, { type: 'take', klass: 'regular', key: 'k1' }];

function shown(print, at = 0) {
  return play(...taking, { type: 'taken', key: 'k1', ticket: TICKET, print: { state: print }, at });
}

test('three touches lead from the start to a number', () => {
  assert.equal(play(...taking).order.status, 'sending');
  const state = shown('queued');
  assert.equal(state.screen, 'result');
  assert.equal(state.ticket, TICKET);
});

test('a second touch while the first is under way asks for nothing', () => {
  const once = play(...taking);
  const twice = step(once, { type: 'take', klass: 'regular', key: 'k2', at: 1 });
  assert.deepEqual(twice.order, once.order);
});

test('nothing leads away while the number is being made', () => {
  const state = play(...taking);
  for (const event of [{ type: 'back' }, { type: 'search' }, { type: 'agency', id: 'PN' }]) {
    assert.equal(step(state, { ...event, at: 1 }).screen, 'service');
  }
});

test('a lost answer is asked for again with the same key', () => {
  const lost = play(...taking, { type: 'trouble', key: 'k1', lost: true, problem: {} });
  assert.equal(lost.order.status, 'lost');
  const again = step(lost, { type: 'take', klass: 'regular', key: 'k2', at: 1 });
  assert.equal(again.order.key, 'k1');
  assert.equal(again.order.attempt, 2);
});

test('a lost answer keeps its key when the citizen goes back and comes again', () => {
  const away = play(...taking, { type: 'trouble', key: 'k1', lost: true, problem: {} }, { type: 'back' });
  const again = [{ type: 'service', id: 'kk-baru' }, { type: 'take', klass: 'regular', key: 'k2' }];
  assert.equal(again.reduce((state, event) => step(state, { at: 1, ...event }), away).order.key, 'k1');
});

test('a refusal is final, so that the next try is a new wish', () => {
  const refused = play(...taking, { type: 'trouble', key: 'k1', lost: false, problem: { detail: 'x' } });
  assert.equal(refused.order.status, 'refused');
  assert.equal(step(refused, { type: 'take', klass: 'regular', key: 'k2', at: 1 }).order.key, 'k2');
});

test('another class is another wish', () => {
  const lost = play(...taking, { type: 'trouble', key: 'k1', lost: true, problem: {} });
  assert.equal(step(lost, { type: 'take', klass: 'priority', key: 'k2', at: 1 }).order.key, 'k2');
});

test('an answer to a wish that nobody waits for changes nothing', () => {
  const state = play(...chosen);
  assert.equal(step(state, { type: 'taken', key: 'k9', ticket: TICKET, print: { state: 'sent' }, at: 1 }), state);
});

test('the next citizen gets a new key', () => {
  const next = step(shown('sent'), { type: 'done', at: 1 });
  assert.deepEqual(next.keys, {});
  assert.equal(next.screen, 'start');
});

test('back leads where one came from, page and words included', () => {
  const state = play(
    { type: 'search' },
    { type: 'type', text: 'paspor' },
    { type: 'page', page: 1 },
    { type: 'service', id: 'paspor-baru' },
    { type: 'back' },
  );
  assert.deepEqual([state.screen, state.query, state.page], ['search', 'paspor', 1]);
  assert.equal(step(state, { type: 'back', at: 1 }).screen, 'start');
});

test('the start screen waits for ever', () => {
  const state = arrival();
  assert.equal(left(state, 1e9), null);
  assert.equal(step(state, { type: 'tick', at: 1e9 }), state);
});

test('a start screen in another language or look is not at rest', () => {
  assert.equal(atRest(play({ type: 'language', lang: 'en' })), false);
  assert.equal(atRest(play({ type: 'look', name: 'low' })), false);
  assert.equal(atRest(play({ type: 'look', name: 'low' }, { type: 'look', name: 'low' })), true);
});

test('an untouched screen warns for ten seconds and returns to the start after thirty', () => {
  const state = play(...chosen, { type: 'language', lang: 'en' });
  assert.equal(warning(state, 19_000), null);
  assert.equal(warning(state, 20_000), 10);
  assert.equal(step(state, { type: 'tick', at: 29_000 }), state);
  assert.deepEqual(step(state, { type: 'tick', at: 30_000 }), arrival({ lang: 'id', now: 30_000 }));
});

test('a touch extends the time', () => {
  const state = step(play(...chosen), { type: 'touch', at: 25_000 });
  assert.equal(warning(state, 30_000), null);
  assert.equal(left(state, 30_000), 25);
});

test('nobody is sent away while the number is being made', () => {
  assert.equal(left(play(...taking), 1e6), null);
});

test('the number stays 12 s with paper and 30 s without', () => {
  assert.equal(left(shown('sent'), 0), 12);
  for (const state of ['queued', 'sending', 'failed', 'none']) assert.equal(left(shown(state), 0), 30);
  assert.equal(step(shown('sent'), { type: 'tick', at: 12_000 }).screen, 'start');
});

test('news of the paper start the time again', () => {
  const failed = step(shown('queued'), { type: 'printed', ticket: 't1', print: { state: 'failed' }, at: 9_000 });
  assert.equal(left(failed, 9_000), 30);
  const sent = step(shown('queued'), { type: 'printed', ticket: 't1', print: { state: 'sent' }, at: 1_000 });
  assert.equal(left(sent, 1_000), 12);
});

test("another ticket's paper is none of this screen's business", () => {
  const state = shown('queued');
  assert.equal(step(state, { type: 'printed', ticket: 't0', print: { state: 'failed' }, at: 1 }), state);
});

test('time limits come from the page', () => {
  const limits = { idle: 3, warning: 1, result: 2, result_without_paper: 4 };
  assert.equal(left(play(...chosen), 1_000, limits), 2);
  assert.equal(step(shown('sent'), { type: 'tick', at: 2_000 }, limits).screen, 'start');
});

const both = [...chosen, { type: 'second' }, { type: 'service', id: 'paspor-baru' }];

test('a second service goes on the number of the first', () => {
  const state = play(...both, { type: 'take', klass: 'regular', key: 'k1' });
  assert.deepEqual([state.order.service, state.order.more], ['kk-baru', ['paspor-baru']]);
  assert.deepEqual(wish(play(...chosen)), { service: 'kk-baru', more: [] });
});

test('the second service is chosen like the first, and back leads to the first', () => {
  const state = play(...chosen, { type: 'second' });
  assert.deepEqual([state.screen, state.first], ['start', 'kk-baru']);
  const again = step(state, { type: 'back', at: 1 });
  assert.deepEqual([again.screen, again.service, again.first], ['service', 'kk-baru', null]);
});

test('the same service twice is not asked for, nor a third one', () => {
  const same = play(...chosen, { type: 'second' }, { type: 'service', id: 'kk-baru' });
  assert.equal(step(same, { type: 'take', klass: 'regular', key: 'k1', at: 1 }).order, null);
  assert.equal(step(play(...both), { type: 'second', at: 1 }).screen, 'service');
});

test('one service and two are two wishes, each with its own key', () => {
  const lost = play(...both, { type: 'take', klass: 'regular', key: 'k1' }, { type: 'trouble', key: 'k1', lost: true, problem: {} });
  const alone = [{ type: 'back' }, { type: 'back' }, { type: 'take', klass: 'regular', key: 'k2' }];
  assert.equal(alone.reduce((state, event) => step(state, { at: 1, ...event }), lost).order.key, 'k2');
});

test('the start is not at rest while a second service is chosen, and the next citizen finds neither', () => {
  const state = play(...chosen, { type: 'second' });
  assert.equal(atRest(state), false);
  assert.deepEqual(step(state, { type: 'tick', at: 30_000 }), arrival({ lang: 'id', now: 30_000 }));
});

test('sound, size, contrast and reach are usual again for the next citizen', () => {
  const looks = ['low', 'large', 'contrast', 'sound'].map((name) => ({ type: 'look', name }));
  const state = play(...looks);
  assert.deepEqual(state.look, { low: true, large: true, contrast: true, sound: true });
  assert.deepEqual(step(state, { type: 'done', at: 1 }).look, arrival().look);
});

const doubtful = () => ({ ...shown('doubtful'), print: { job: 'j1', state: 'doubtful', printer: 'p1' } });
const no = { type: 'answer', answer: 'again', key: 'k5' };

test('paper that may have come out is asked about once', () => {
  const asked = step(doubtful(), { ...no, at: 1 });
  assert.deepEqual(asked.answer, { answer: 'again', key: 'k5', job: 'j1', status: 'sending' });
  assert.equal(step(asked, { ...no, key: 'k6', at: 2 }).answer.key, 'k5');
  const copy = { type: 'printed', ticket: 't1', print: { job: 'j2', state: 'doubtful', printer: 'p1' } };
  const again = [{ type: 'told', ok: true }, copy, { ...no, key: 'k7' }];
  assert.equal(again.reduce((state, event) => step(state, { at: 3, ...event }), asked).answer.key, 'k5');
});

test('a refused answer is told', () => {
  const asked = step(doubtful(), { ...no, at: 1 });
  assert.equal(step(asked, { type: 'told', ok: false, at: 2 }).answer.status, 'refused');
});

test('nobody is asked about paper that is known to be out', () => {
  assert.equal(step(shown('sent'), { ...no, at: 1 }).answer, null);
});

test('another printer is news, and confirmation of paper that was sent does not hold the screen longer', () => {
  const at = (print, when) => ({ type: 'printed', ticket: 't1', print, at: when });
  const moved = step(shown('sending'), at({ state: 'sending', printer: 'p2' }, 1));
  assert.equal(moved.print.printer, 'p2');
  const sent = step(shown('queued'), at({ state: 'sent' }, 1_000));
  assert.equal(left(step(sent, at({ state: 'confirmed' }, 5_000)), 5_000), 8);
});
