// The reception as a value: one citizen after the other, each number asked for once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asked,
  gave,
  offered,
  ready,
  reception,
  refused,
  wish,
  wished,
  withPapers,
  withStates,
} from '../../kiosk/browser/giving.js';
import { index } from '../../kiosk/browser/match.js';

const named = (id, en) => ({ id, en });
const SERVICES = [
  { id: 'ktp', agency: 'CAPIL', name: named('KTP-el baru', 'New ID card'), open: true, closed: null, waiting: 0 },
  { id: 'paspor', agency: 'KANIM', name: named('Paspor baru', 'New passport'), open: true, closed: null, waiting: 0 },
];
const FIRST = {
  services: SERVICES,
  classes: [{ id: 'regular' }, { id: 'priority' }],
  kiosks: [{ id: 'k1' }, { id: 'k2' }],
};
const ENTRIES = index([], SERVICES);
const start = (paper = '') => reception(FIRST, { lang: 'id', paper });
const answer = (number, job = null) => ({
  ticket: { number },
  print: { job, state: job ? 'queued' : 'none', detail: '' },
});

test('everything is on offer until something is typed', () => {
  assert.deepEqual(offered(start(), ENTRIES).map((each) => each.id), ['ktp', 'paspor']);
  assert.deepEqual(offered(wished(start(), { query: 'pasp' }), ENTRIES).map((each) => each.id), ['paspor']);
  assert.deepEqual(offered(wished(start(), { query: 'zzzz' }), ENTRIES), []);
});

test('a number needs a service that is open', () => {
  const desk = wished(start(), { chosen: 'ktp' });
  assert.equal(ready(start()), false);
  assert.equal(ready(desk), true);
  assert.equal(ready(withStates(desk, [{ id: 'ktp', open: false, closed: { reason: 'paused' } }])), false);
});

test('paper is asked for where a kiosk prints, and only of a kiosk that is there', () => {
  assert.deepEqual(wish(wished(start('k2'), { chosen: 'ktp' })), {
    service: 'ktp',
    class: 'regular',
    lang: 'id',
    paper: true,
    kiosk: 'k2',
  });
  assert.equal(wish(wished(start(), { chosen: 'ktp' })).paper, false);
  assert.equal(start('gone').paper, '');
});

test('while the server is asked nothing is asked again, and nothing changes', () => {
  const desk = asked(wished(start(), { chosen: 'ktp' }), 'key-1');
  assert.equal(ready(desk), false);
  assert.equal(wished(desk, { chosen: 'paspor' }), desk);
});

test('after silence the same key is used again, after a refusal another', () => {
  const desk = asked(wished(start(), { chosen: 'ktp' }), 'key-1');
  assert.equal(asked(refused(desk, { status: 0 }), 'key-2').key, 'key-1');
  assert.equal(asked(refused(desk, { status: 409 }), 'key-2').key, 'key-2');
  assert.equal(asked(wished(refused(desk, { status: 0 }), { klass: 'priority' }), 'key-2').key, 'key-2');
});

test('the next citizen inherits the printer and nothing else', () => {
  const desk = wished(start('k1'), { chosen: 'ktp', klass: 'priority', lang: 'en', query: 'ktp' });
  const next = gave(asked(desk, 'key-1'), answer('A001'));
  assert.deepEqual([next.chosen, next.klass, next.lang, next.query, next.key], ['', 'regular', 'id', '', '']);
  assert.equal(next.paper, 'k1');
  assert.equal(next.given[0].ticket.number, 'A001');
});

test('what becomes of the paper stands at its number', () => {
  const desk = gave(gave(start('k1'), answer('A001', 'j1')), answer('A002', 'j2'));
  const told = withPapers(desk, [{ job: 'j1', state: 'failed', detail: 'paper out' }, { job: 'other', state: 'sent', detail: '' }]);
  assert.deepEqual(told.given.map((each) => [each.ticket.number, each.print.state]), [['A002', 'queued'], ['A001', 'failed']]);
});

test('only the last few numbers stay in sight', () => {
  let desk = start();
  for (let count = 1; count <= 9; count += 1) desk = gave(desk, answer(`A00${count}`));
  assert.deepEqual(desk.given.map((each) => each.ticket.number), ['A009', 'A008', 'A007', 'A006', 'A005', 'A004']);
});
