// The rules of the queue at the workstation: which further actions are offered, what their dialogs ask and send.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  KEYS,
  actionForKey,
  companions,
  counterActions,
  dominant,
  listActions,
  meant,
  offered,
  ticketActions,
  undoAction,
} from '../../counter/browser/actions.js';
import {
  needsLists,
  opened,
  parkedStanding,
  stillFits,
  toggled,
  transferBody,
  unparkBody,
} from '../../counter/browser/asking.js';
import { desk, refused } from '../../counter/browser/desk.js';
import {
  addChoices,
  counterChoices,
  found,
  helpChoices,
  officerChoices,
  serviceChoices,
  transferChoices,
} from '../../counter/browser/targets.js';
import { movedBy } from '../../display/browser/phone-parts.js';

const words = (text) => ({ id: text, en: `${text} (en)` });
const parked = (number, fields = {}) => ({ id: number, number, service: 'kk', service_name: words('KK'), here: true, ...fields });

function ticket(state, fields = {}) {
  return {
    id: 'c1',
    number: 'A007',
    service: 'kk',
    state,
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
  return {
    counter: { id: '3', agency: 'CAPIL', officer: 'sari', services: ['kk', 'ktp'] },
    now: '2026-11-24T09:41:00+08:00',
    state: 'open',
    officer: 'sari',
    current: null,
    next: null,
    waiting: [],
    waiting_count: 0,
    missed: [],
    parked: [],
    undo: null,
    closing: false,
    helping: [],
    actions: [],
    ...fields,
  };
}

const at = (fields) => desk({ view: view(fields), epoch: 'e', seq: 10, user: 'sari' });
const names = (list) => list.map((each) => each.name);
const serving = (fields = {}, more = {}) =>
  at({
    current: ticket('serving', fields),
    actions: ['finish', 'park', 'transfer', 'add', 'help', 'pause', 'last'],
    ...more,
  });

const SERVICES = [
  { id: 'sim', agency: 'POLRES', name: words('SIM'), keywords: ['mengemudi'], open: true },
  { id: 'kk', agency: 'CAPIL', name: words('Kartu Keluarga'), keywords: [], open: true },
  { id: 'akta', agency: 'CAPIL', name: words('Akta Kelahiran'), keywords: ['bayi'], open: false },
];
const COUNTERS = [
  { id: '38', agency: 'POLRES', name: words('Loket 38'), state: 'open', officer: 'arta' },
  { id: '3', agency: 'CAPIL', name: words('Loket 3'), state: 'open', officer: 'sari' },
  { id: '4', agency: 'CAPIL', name: words('Loket 4'), state: 'closed', officer: null },
];

test('where else a ticket may go is shown only as far as the server allows it', () => {
  assert.deepEqual(names(ticketActions(serving())), ['park', 'transfer', 'add', 'reprint']);
  assert.deepEqual(names(ticketActions(at({ current: ticket('called'), actions: ['start', 'transfer'] }))), ['transfer', 'reprint']);
  const sent = serving({ sender: '9' }, { actions: ['finish', 'return'] });
  assert.deepEqual(ticketActions(sent)[0].params, { counter: '9' });
  assert.equal(ticketActions(sent)[0].asks, false);
  assert.deepEqual(ticketActions(at({})), []);
});

test('whoever may do nothing at this counter may not print either', () => {
  assert.deepEqual(names(ticketActions(at({ current: ticket('serving'), actions: [] }))), []);
});

test('no two actions on offer share a key, and one is dominant', () => {
  assert.equal(new Set(Object.values(KEYS)).size, Object.keys(KEYS).length);
  const all = Object.keys(KEYS);
  for (const state of ['called', 'serving']) {
    const model = at({
      current: ticket(state, { sender: '9' }),
      waiting_count: 2,
      parked: [parked('A001')],
      missed: [parked('A002')],
      undo: { action: 'call', number: 'A007', seconds_left: 20 },
      actions: [...all, 'resume'],
    });
    const keys = offered(model, 0).map((each) => each.key);
    assert.equal(new Set(keys).size, keys.length);
    assert.equal(offered(model, 0)[0].name, dominant(model).name);
  }
});

test('finishing asks how it ended where the service wants to know', () => {
  const outcomes = [{ id: 'done', name: words('Selesai') }];
  assert.equal(dominant(serving()).asks, false);
  const model = serving({ outcomes }, { waiting_count: 1 });
  assert.ok(dominant(model).asks);
  assert.ok(companions(model, 0)[0].asks);
});

test('the last one: no next after it, and closing takes the place of closing', () => {
  assert.deepEqual(names(counterActions(serving())), ['call', 'pause', 'help', 'last']);
  assert.deepEqual(counterActions(serving()).at(-1).steps, ['close']);
  const closing = serving({}, { closing: true, waiting_count: 3, actions: ['finish', 'pause'] });
  assert.deepEqual(companions(closing, 0), []);
  assert.deepEqual(names(counterActions(closing)), ['call', 'pause']);
});

test('parked and missed numbers bring their actions, when allowed', () => {
  const model = at({ parked: [parked('A001')], missed: [parked('A002')], actions: ['resume', 'restore'] });
  assert.deepEqual(names(listActions(model)), ['unpark', 'restore']);
  assert.deepEqual(listActions(model)[0].steps, ['resume']);
  assert.equal(actionForKey('d', offered(model, 0)).name, 'unpark');
  assert.deepEqual(listActions(at({ parked: [parked('A001')], actions: [] })), []);
  assert.deepEqual(listActions(at({ actions: ['resume', 'restore'] })), []);
});

test('a counter that closed with its last ticket can be opened again by undoing', () => {
  const undo = { action: 'finish', number: 'A007', seconds_left: 27 };
  const model = at({ state: 'closed', officer: null, current: null, undo, actions: ['open'] });
  assert.equal(actionForKey('u', offered(model, 0)).name, 'undo');
});

test('undo counts down with the view and goes', () => {
  const undo = { action: 'park', number: 'A007', seconds_left: 27 };
  const model = at({ undo, actions: ['undo'] });
  assert.equal(undoAction(model, 0).params.seconds, 27);
  assert.equal(undoAction(model, 5.9).params.seconds, 22);
  assert.equal(undoAction(model, 27), null);
  assert.equal(undoAction(at({}), 0), null);
  assert.equal(actionForKey('u', offered(model, 1)).name, 'undo');
  assert.equal(actionForKey('u', offered(model, 30)), null);
});

test('a dialog about a ticket ends with it', () => {
  const { view: now } = serving();
  const asked = opened('transfer', now);
  assert.ok(stillFits(asked, now));
  assert.ok(!stillFits(asked, view()));
  assert.ok(!stillFits(asked, serving({ id: 'c2' }).view));
  assert.ok(stillFits(null, view()));
  assert.ok(stillFits(opened('pause', now), now));
  assert.ok(!stillFits(opened('pause', now), view()), 'it says that this very ticket goes back');
  assert.ok(!stillFits(opened('close', view()), now));
  assert.ok(stillFits(opened('call', now), view()));
});

test('an action names the ticket that is shown, or that its dialog was opened for', () => {
  const model = serving();
  assert.deepEqual(meant('finish', model), { ticket: 'c1' });
  for (const step of ['recall', 'start', 'no-show', 'park', 'transfer', 'return', 'add', 'pause', 'close']) {
    assert.deepEqual(meant(step, model), { ticket: 'c1' });
    assert.deepEqual(meant(step, { ...model, view: view() }), { ticket: '' });
    const asked = { ...model, dialog: opened('park', model.view), view: serving({ id: 'c2' }).view };
    assert.deepEqual(meant(step, asked), { ticket: 'c1' });
  }
  const beside = { ...serving({ id: 'c2' }), dialog: opened('pause', view()) };
  assert.deepEqual(meant('pause', beside), { ticket: '' }, 'it was opened when nobody was there');
  for (const step of ['open', 'next', 'call', 'resume', 'restore', 'help', 'reprint']) {
    assert.deepEqual(meant(step, model), {});
  }
});

test('undo names the action that the screen offers to take back', () => {
  const undo = { action: 'finish', number: 'A006', ticket: 'c0', event: 41, seconds_left: 20 };
  assert.deepEqual(meant('undo', serving({}, { undo })), { ticket: 'c0', event: 41 });
});

test('a dialog about a list ends when its number has left it', () => {
  const two = view({ parked: [parked('A001'), parked('A002')] });
  assert.equal(opened('unpark', two).number, '');
  assert.equal(opened('unpark', view({ parked: [parked('A001')] })).number, 'A001');
  const asked = opened('unpark', two, 'A002');
  assert.ok(stillFits(asked, two));
  assert.ok(!stillFits(asked, view({ parked: [parked('A001')] })));
  assert.ok(!stillFits(opened('restore', view({ missed: [parked('A003')] })), view()));
});

test('only dialogs that choose from a list ask for one', () => {
  const { view: now } = serving();
  assert.deepEqual(
    ['park', 'transfer', 'add', 'help', 'unpark', 'last'].filter((kind) => needsLists(opened(kind, now))),
    ['transfer', 'add', 'help'],
  );
});

test('a transfer names one target and how it joins', () => {
  assert.equal(transferBody({ to: 'counter', chosen: '', join: 'original' }), null);
  assert.deepEqual(transferBody({ to: 'counter', chosen: '4', join: 'end' }), { counter: '4', join: 'end' });
  assert.deepEqual(unparkBody('A001', true), { number: 'A001', wait: true });
  assert.equal(unparkBody('', false), null);
});

test('a parked number is served at once only where it was parked and when the counter is free', () => {
  const list = [parked('A001'), parked('A002', { here: false })];
  assert.ok(parkedStanding(view({ parked: list }), 'A001').atOnce);
  assert.ok(!parkedStanding(view({ parked: list }), 'A002').atOnce);
  assert.ok(!parkedStanding(view({ parked: list, state: 'paused' }), 'A001').atOnce);
  assert.ok(!parkedStanding(view({ parked: list, current: ticket('called') }), 'A001').atOnce);
  assert.equal(parkedStanding(view(), 'A001').ticket, null);
});

test('services to choose: not the present one, the own agency first', () => {
  const { view: now } = serving();
  assert.deepEqual(serviceChoices(SERVICES, now).map((each) => each.id), ['akta', 'sim']);
  assert.equal(serviceChoices(SERVICES, now)[0].closed, true);
  const more = serving({ to_come: [{ id: 'akta', name: words('Akta') }] }).view;
  assert.deepEqual(addChoices(SERVICES, more).map((each) => each.id), ['sim']);
  assert.deepEqual(helpChoices(SERVICES, now).map((each) => each.id), ['akta']);
  assert.deepEqual(toggled(toggled([], 'akta'), 'sim'), ['akta', 'sim']);
  assert.deepEqual(toggled(['akta', 'sim'], 'akta'), ['sim']);
});

test('counters and officers to choose: all but this one, officers only where they sit', () => {
  const { view: now } = serving();
  assert.deepEqual(counterChoices(COUNTERS, now).map((each) => [each.id, each.away]), [['38', false], ['4', true]]);
  const officers = officerChoices(COUNTERS, now);
  assert.deepEqual(officers.map((each) => each.id), ['arta']);
  assert.deepEqual(officers[0].at, words('Loket 38'));
  assert.deepEqual(transferChoices({ services: SERVICES, counters: COUNTERS }, 'officer', now), officers);
});

test('searching wants every word, in either language, in names, keywords and agencies', () => {
  const choices = serviceChoices(SERVICES, view());
  const ids = (query) => found(choices, query).map((each) => each.id);
  assert.deepEqual(ids(''), ['kk', 'akta', 'sim']);
  assert.deepEqual(ids('  AKTA lahir'), ['akta']);
  assert.deepEqual(ids('bayi'), ['akta']);
  assert.deepEqual(ids('polres'), ['sim']);
  assert.deepEqual(ids('akta sim'), []);
});

test('a refusal keeps the state that was found', () => {
  const problem = { code: 'wrong_state', status: 409, body: { state: 'parked', number: 'A007' } };
  const model = refused(serving(), problem, { step: 'finish' }, 0);
  assert.equal(model.problem.found, 'parked');
  assert.equal(model.problem.number, 'A007');
});

test('the phone tells why its holder waits once more', () => {
  const one = (state, fields = {}) => ({ state, service: 'kk', zone: 'A', ...fields });
  assert.equal(movedBy(one('serving'), one('waiting'), ''), 'sent');
  assert.equal(movedBy(one('called'), one('waiting', { service: 'sim' }), ''), 'sent');
  assert.equal(movedBy(one('called'), one('waiting'), ''), 'called_back');
  assert.equal(movedBy(one('parked'), one('waiting'), ''), 'back');
  assert.equal(movedBy(one('waiting'), one('waiting'), 'sent'), 'sent');
  assert.equal(movedBy(one('waiting'), one('called'), 'sent'), '');
});
