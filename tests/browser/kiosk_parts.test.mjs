// The small parts of the kiosk's page: the fence, the arrow keys, the headphone, the words on paper.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leadsAway } from '../../kiosk/browser/fence.js';
import { moves, nextOf } from '../../kiosk/browser/moves.js';
import { saying } from '../../kiosk/browser/paper.js';
import { together } from '../../kiosk/browser/service.js';
import { Guide, spelled, spokenOf, voiceFor } from '../../kiosk/browser/speech.js';

const box = (left, top, width = 100, height = 100) => ({ left, top, right: left + width, bottom: top + height });

test('keys that print, close, open or zoom are refused, those of the page are not', () => {
  for (const key of ['p', 's', 'o', 'n', 't', 'w', '+', '-', '0', 'Tab']) assert.ok(leadsAway({ key, ctrlKey: true }), key);
  for (const key of ['F1', 'F11', 'F12', 'BrowserBack', 'ContextMenu']) assert.ok(leadsAway({ key }), key);
  assert.ok(leadsAway({ key: 'ArrowLeft', altKey: true }));
  for (const key of ['a', 'Enter', 'Escape', 'ArrowLeft', 'Tab', 'F5']) assert.ok(!leadsAway({ key }), key);
  assert.ok(!leadsAway({ key: 'r', ctrlKey: true }), 'the page may begin anew');
});

test('an arrow goes to the nearest target that way', () => {
  const row = [box(0, 0), box(120, 0), box(240, 0), box(120, 120)];
  assert.equal(nextOf('ArrowRight', row[0], row.slice(1)), 0);
  assert.equal(nextOf('ArrowDown', row[1], [row[0], row[2], row[3]]), 2);
  assert.equal(nextOf('ArrowUp', row[0], row.slice(1)), -1);
  assert.ok(moves('ArrowUp') && !moves('Enter'));
});

test('a target straight ahead goes before one that is nearer but aside', () => {
  assert.equal(nextOf('ArrowDown', box(0, 0), [box(300, 110), box(0, 260)]), 1);
});

const voice = (lang, localService = true) => ({ lang, localService });

test('a voice of the language is chosen, one on this machine first', () => {
  const voices = [voice('en-US', false), voice('en_GB'), voice('id-ID')];
  assert.equal(voiceFor(voices, 'en').lang, 'en_GB');
  assert.equal(voiceFor(voices, 'id').lang, 'id-ID');
  assert.equal(voiceFor([voice('en-US')], 'id'), null);
});

function engine(...voices) {
  const said = [];
  return { said, getVoices: () => voices, speak: (speech) => said.push(speech.text), cancel: () => said.push('(hush)') };
}

const utter = (text) => ({ text });

test('the guide speaks in place of what it is saying, or after it', () => {
  const own = engine(voice('id-ID'));
  const guide = new Guide(own, utter);
  assert.ok(guide.say('Kembali', 'id'));
  assert.ok(guide.say('Layanan', 'id', { after: true }));
  assert.deepEqual(own.said, ['(hush)', 'Kembali', 'Layanan']);
});

test('without a voice or an engine it stays silent and says that it cannot', () => {
  const own = engine(voice('en-US'));
  assert.equal(new Guide(own, utter).say('Kembali', 'id'), false);
  assert.equal(new Guide(own, utter).can('id'), false);
  assert.equal(new Guide(undefined, utter).say('Back', 'en'), false);
  assert.deepEqual(own.said, []);
});

test('a number is read letter by letter, a switch with its state', () => {
  assert.equal(spelled('A007'), 'A 0 0 7');
  const attributes = { 'aria-pressed': 'true' };
  const tool = { getAttribute: (name) => attributes[name] ?? null, innerText: 'Lebih\n besar ' };
  assert.equal(spokenOf(tool, (key) => key), 'Lebih besar, kiosk.sound.on');
});

test('the words on paper follow the state of the job and what the citizen said', () => {
  const at = (state, answer = null, printer = 'p1') => saying({ state, printer }, answer, 'p1');
  assert.deepEqual(['queued', 'sending', 'sent', 'confirmed'].map((state) => at(state)), ['coming', 'coming', 'below', 'below']);
  assert.deepEqual([at('failed'), at('none'), at('doubtful')], ['failed', 'none', 'doubtful']);
  assert.deepEqual([at('sending', null, 'p2'), at('sent', null, 'p2')], ['coming.elsewhere', 'elsewhere']);
  assert.equal(at('doubtful', { answer: 'seen', status: 'sending' }), 'seen');
  assert.equal(at('confirmed', { answer: 'seen', status: 'done' }), 'seen');
  assert.equal(at('queued', { answer: 'again', status: 'done' }), 'coming');
  assert.equal(at('doubtful', { answer: 'again', status: 'done' }), 'failed', 'asked once: then it is for the staff');
  assert.equal(at('doubtful', { answer: 'again', status: 'refused' }), 'failed');
});

test('an answer that names no printer is of this kiosk', () => {
  assert.equal(saying({ state: 'sent' }, null, 'p1'), 'below');
});

test('what two services need is listed once', () => {
  const [ktp, kk, photo] = ['KTP-el', 'KK', 'Pasfoto'].map((id) => ({ id }));
  assert.deepEqual(together([ktp, kk], [kk, photo]), [ktp, kk, photo]);
});
