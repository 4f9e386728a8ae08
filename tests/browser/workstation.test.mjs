// The logic of the officer's workstation: what may be done, by which key, and what an answer changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  KEYS,
  actionForKey,
  companions,
  counterActions,
  dominant,
  isShortcut,
  offered,
  otherOfficer,
  phaseOf,
} from '../../counter/browser/actions.js';
import {
  ERROR_MS,
  SETTLE_MS,
  answered,
  desk,
  isNews,
  mayClick,
  refused,
  settled,
  underWay,
  withLine,
  withView,
} from '../../counter/browser/desk.js';
import { needsReason, standingOf, tidyNumber } from '../../counter/browser/numbers.js';
import { elapsedSince, since, ticking, waited } from '../../counter/browser/times.js';

const NOW = '2026-11-24T09:41:00+08:00';
const waiting = (number) => ({ id: number, number, waited_seconds: 600 });

function current(state, fields = {}) {
  return {
    id: 'c1',
    number: 'A007',
    state,
    called_at: NOW,
    announced_at: NOW,
    started_at: state === 'serving' ? NOW : null,
    recalls: 0,
    recalls_left: 3,
    recall_after_seconds: 0,
    outcomes: [],
    to_come: [],
    sender: null,
    ...fields,
  };
}

function view(fields = {}) {
  const list = fields.waiting || [waiting('A008'), waiting('A009')];
  const actions = { closed: ['open'], paused: ['open', 'close'] }[fields.state] || ['next', 'call', 'pause', 'close'];
  return {
    counter: { id: 'L03', officer: 'sari' },
    now: NOW,
    state: 'open',
    officer: 'sari',
    current: null,
    next: list[0] || null,
    waiting: list,
    waiting_count: list.length,
    missed: [],
    parked: [],
    undo: null,
    closing: false,
    helping: [],
    actions,
    ...fields,
  };
}

const at = (fields, more = {}) => ({ ...desk({ view: view(fields), epoch: 'e', seq: 10, user: 'sari' }), ...more });
const called = (fields = {}) =>
  at({ current: current('called', fields), actions: ['start', 'recall', 'no-show', 'pause', 'close'] });
const serving = (fields = {}) =>
  at({ current: current('serving'), actions: ['finish', 'pause', 'close'], ...fields });

test('each moment has one dominant action', () => {
  const closed = at({ state: 'closed', officer: null, counter: { officer: null } });
  assert.deepEqual(dominant(closed).steps, ['open']);
  assert.deepEqual(dominant(at({})).steps, ['next']);
  assert.deepEqual(dominant(called()).steps, ['start']);
  assert.deepEqual(dominant(serving()).steps, ['finish']);
  assert.equal(dominant(at({ state: 'paused' })).name, 'resume');
  for (const model of [closed, at({}), called(), serving()]) assert.ok(dominant(model).enabled);
});

test('a ticket that is being served outlasts a pause', () => {
  const model = at({ state: 'paused', current: current('serving'), actions: ['open', 'finish', 'close'] });
  assert.equal(phaseOf(model.view), 'serving');
  assert.equal(dominant(model).name, 'finish');
  assert.deepEqual(counterActions(model).map((each) => each.name), ['resume', 'close']);
  assert.deepEqual(companions(model, 0), []);
});

test('only what the server allows is enabled', () => {
  const model = called();
  model.view.actions = [];
  assert.ok(offered(model, 0).every((each) => !each.enabled));
});

test('nobody waits: calling is shut and says why', () => {
  const next = dominant(at({ waiting: [], actions: ['pause', 'close'] }));
  assert.equal(next.enabled, false);
  assert.equal(next.reason.key, 'counter.why_not.nobody');
});

test('a recall waits for its seconds, then opens without a new view', () => {
  const model = called({ recall_after_seconds: 8 });
  model.view.actions = ['start', 'no-show'];
  const early = companions(model, 2.5)[0];
  assert.equal(early.enabled, false);
  assert.deepEqual(early.reason.params, { seconds: 6, left: 3 });
  assert.equal(companions(model, 8)[0].enabled, true);
});

test('a recall beyond the limit stays shut and says so', () => {
  const spent = companions(called({ recalls: 3, recalls_left: 0 }), 60)[0];
  assert.equal(spent.enabled, false);
  assert.deepEqual(spent.reason, { key: 'counter.why_not.recall_limit', params: { n: 3 } });
});

test('a recall that the server forbids for another reason stays shut', () => {
  const model = called();
  model.view.actions = ['start'];
  assert.equal(companions(model, 60)[0].enabled, false);
});

test('finish and call next is two steps, and offered only when somebody waits at an open counter', () => {
  assert.deepEqual(companions(serving(), 0)[0].steps, ['finish', 'next']);
  assert.deepEqual(companions(serving({ waiting: [] }), 0), []);
});

test('nothing is offered at the counter of another officer', () => {
  const model = { ...at({ officer: 'arta' }), user: 'sari' };
  assert.equal(otherOfficer(model.view, 'sari'), 'arta');
  assert.deepEqual(offered(model, 0), []);
  assert.equal(otherOfficer(view({ officer: null, counter: { officer: null } }), 'sari'), null);
});

test('a dead line shuts every action and gives the reason', () => {
  const model = withLine(at({}), false);
  assert.ok(offered(model, 0).every((each) => !each.enabled));
  assert.equal(dominant(model).reason.key, 'counter.why_not.line');
  assert.ok(dominant(withLine(model, true)).enabled);
});

test('every action has a key of its own', () => {
  assert.equal(new Set(Object.values(KEYS)).size, Object.keys(KEYS).length);
  for (const model of [at({}), called(), serving()]) {
    const keys = offered(model, 0).map((each) => each.key);
    assert.equal(new Set(keys).size, keys.length);
  }
});

test('pressing a key twice never does a second thing', () => {
  for (const [before, after] of [
    [at({}), called()],
    [called(), serving()],
    [serving(), at({})],
    [at({ state: 'closed', officer: null, counter: { officer: null } }), at({})],
  ]) {
    const { key } = dominant(before);
    assert.equal(actionForKey(key, offered(after, 0)), null);
  }
});

test('keys act in capitals too, and not while shut', () => {
  assert.equal(actionForKey('N', offered(at({}), 0)).name, 'next');
  assert.equal(actionForKey('n', offered(underWay(at({}), { name: 'next' }), 0)), null);
  assert.equal(actionForKey('q', offered(at({}), 0)), null);
});

test('keys stay with the browser, a field, a dialog, or when switched off', () => {
  const on = { dialogOpen: false, shortcutsOn: true };
  const key = { key: 'n', target: { tagName: 'BODY' } };
  assert.ok(isShortcut(key, on));
  assert.ok(!isShortcut(key, { ...on, dialogOpen: true }));
  assert.ok(!isShortcut(key, { ...on, shortcutsOn: false }));
  assert.ok(!isShortcut({ ...key, ctrlKey: true }, on));
  assert.ok(!isShortcut({ ...key, metaKey: true }, on));
  assert.ok(!isShortcut({ ...key, repeat: true }, on));
  assert.ok(!isShortcut({ ...key, target: { tagName: 'INPUT' } }, on));
  assert.ok(!isShortcut({ ...key, target: { tagName: 'DIV', isContentEditable: true } }, on));
});

test('while a press is under way every action is shut', () => {
  const model = underWay(at({}), { name: 'next' });
  assert.ok(offered(model, 0).every((each) => !each.enabled));
  assert.ok(dominant(model).under);
});

test('the second click of a double click does nothing', () => {
  const model = settled(called(), 1000);
  assert.ok(!mayClick(model, { detail: 1 }, 1000 + SETTLE_MS - 1));
  assert.ok(!mayClick(model, { detail: 2 }, 5000));
  assert.ok(mayClick(model, { detail: 1 }, 1000 + SETTLE_MS));
});

test('an older view never replaces a newer one; a new server does', () => {
  const model = at({});
  const older = withView(model, { view: view({ state: 'paused' }), epoch: 'e', seq: 9 }, 0);
  assert.equal(older.view.state, 'open');
  const newer = withView(model, { view: view({ state: 'paused' }), epoch: 'e', seq: 11 }, 0);
  assert.equal(newer.view.state, 'paused');
  assert.equal(newer.seq, 11);
  const restarted = withView(model, { view: view({ state: 'closed' }), epoch: 'f', seq: 1 }, 0);
  assert.equal(restarted.view.state, 'closed');
});

test('an answer shows its view, and the push that was sent before it is dropped', () => {
  const model = answered(at({}), { ...called().view, epoch: 'e', seq: 12 }, 0);
  assert.equal(phaseOf(model.view), 'called');
  assert.equal(phaseOf(withView(model, { view: view(), epoch: 'e', seq: 11 }, 0).view), 'called');
});

test('a refusal is kept beside the action, long enough to read after the truth has come', () => {
  const press = { name: 'start', steps: ['start'] };
  const model = refused(called(), { code: 'wrong_state', detail: 'Sudah terlewat.', status: 409 }, { step: 'start', press }, 0);
  assert.equal(model.under, null);
  assert.equal(model.problem.detail, 'Sudah terlewat.');
  assert.equal(model.unanswered, null);
  const truth = withView(model, { view: view(), epoch: 'e', seq: 11 }, 50);
  assert.equal(truth.problem.code, 'wrong_state');
  const later = withView(model, { view: view(), epoch: 'e', seq: 11 }, ERROR_MS + 1);
  assert.equal(later.problem, null);
});

test('without an answer the press is kept for sending again, until the truth has moved', () => {
  const press = { name: 'next', steps: ['next'], keys: ['k1'] };
  const model = refused(at({}), { code: 'network', status: 0 }, { step: 'next', press }, 0);
  assert.equal(model.unanswered, press);
  const moved = withView(model, { view: called().view, epoch: 'e', seq: 11 }, 10);
  assert.equal(moved.unanswered, null);
  assert.equal(underWay(model, press).problem, null);
});

test('a refused second step tells what was carried out', () => {
  const model = refused(at({}), { code: 'nobody_waiting', status: 409 }, { step: 'next', done: ['finish'] }, 0);
  assert.deepEqual(model.problem.done, ['finish']);
});

test('a call is news for ten seconds from its last announcement', () => {
  const { view: shown } = called();
  assert.ok(isNews(shown, 9));
  assert.ok(!isNews(shown, 10));
  assert.ok(!isNews(serving().view, 0));
});

test('numbers are read as they are typed', () => {
  assert.equal(tidyNumber(' a7 '), 'A007');
  assert.equal(tidyNumber('b-12'), 'B012');
  assert.equal(tidyNumber('A1000'), 'A1000');
  assert.equal(tidyNumber('A0007'), 'A007');
  assert.equal(tidyNumber('007'), '007');
  assert.equal(tidyNumber(''), '');
});

test('out of turn needs a reason and says how many it passes', () => {
  assert.ok(!needsReason(view(), 'A008'));
  assert.ok(needsReason(view(), 'A009'));
  assert.ok(needsReason(view({ waiting: [] }), 'A009'));
  assert.deepEqual(standingOf(view(), 'A009'), { found: true, place: 2, before: 1, ticket: waiting('A009') });
  assert.equal(standingOf(view(), 'B001').found, false);
});

test('durations are told as an officer reads them', () => {
  assert.equal(ticking(7), '0:07');
  assert.equal(ticking(760), '12:40');
  assert.equal(ticking(3730), '1:02:10');
  assert.equal(ticking(-3), '0:00');
  assert.equal(waited(40).key, 'counter.waited.now');
  assert.deepEqual(waited(125), { key: 'counter.waited.minutes', params: { minutes: 2 } });
  assert.deepEqual(waited(8100), { key: 'counter.waited.hours', params: { hours: 2, minutes: 15 } });
});

test('time since an instant counts from the view by the server’s clock', () => {
  const shown = view();
  assert.equal(since(shown, '2026-11-24T09:40:30+08:00', 5), 35);
  assert.equal(elapsedSince(shown, Date.parse(NOW) + 1500), 1.5);
  assert.equal(elapsedSince(shown, Date.parse(NOW) - 9000), 0);
});
