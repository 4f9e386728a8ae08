// The loudspeaker of a board, with a server and a sound that are told what to do.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fetchFiles } from '../../display/browser/board-files.js';
import { NOTES, REMEMBERED, memory, pageSecret, speaker } from '../../display/browser/board-voice.js';

function storage() {
  const kept = new Map();
  return { getItem: (key) => (kept.has(key) ? kept.get(key) : null), setItem: (key, value) => kept.set(key, value) };
}

function hall({ go = () => true, trouble = () => '', loaded = () => ({}) } = {}) {
  const said = memory('said', storage());
  const told = [];
  const marks = [];
  const sounded = [];
  let finish = null;
  const freed = [];
  const page = speaker({
    page: 'secret',
    said,
    load: async (urls) => ({ files: urls, late: false, trouble: '', free: () => freed.push(...urls), ...loaded() }),
    tell: async (name, { id, state, detail = '' }) => {
      told.push(`${id} ${state}${detail ? ` ${detail}` : ''}`);
      if (state !== 'started') return { go: false };
      const answer = go(id);
      return answer === null ? null : { go: answer, note: `note ${id}` };
    },
    say: ({ id }) => {
      sounded.push(id);
      return new Promise((done) => {
        finish = () => done(trouble(id));
      });
    },
    onSaying: (now) => marks.push(now ? now.id : ''),
  });
  const settle = () => new Promise((done) => setTimeout(done, 0));
  return { page, said, freed, told, marks, sounded, settle, end: async () => { finish(); await settle(); } };
}

const offer = (id) => ({ announcement: { id, audio: [`/${id}.mp3`], chime: true, times: 1 } });

test('an offer is said after leave is given, marked while it sounds, and reported', async () => {
  const one = hall();
  one.page.take(offer('1'));
  await one.settle();
  assert.deepEqual(one.told, ['1 started']);
  assert.deepEqual(one.page.wish(), { page: 'secret', said: [], saying: '1', notes: { 1: 'note 1' } });
  await one.end();
  assert.deepEqual(one.told, ['1 started', '1 done']);
  assert.deepEqual(one.marks, ['1', '']);
  assert.deepEqual(one.page.wish(), { page: 'secret', said: ['1'], saying: '', notes: { 1: 'note 1' } });
});

for (const [words, answer] of [['refused', false], ['not given in time', null]]) {
  test(`nothing sounds where leave is ${words}`, async () => {
    const one = hall({ go: () => answer });
    await one.page.take(offer('1'));
    assert.deepEqual(one.sounded, []);
    assert.equal(one.page.busy(), false);
    assert.deepEqual(one.said.ids(), []);
  });
}

test('what was said is not said again, and the server hears so', async () => {
  const one = hall();
  one.page.take(offer('1'));
  await one.settle();
  await one.end();
  await one.page.take(offer('1'));
  assert.deepEqual(one.sounded, ['1']);
  assert.deepEqual(one.told, ['1 started', '1 done', '1 done']);
});

test('what is being said is claimed again when a new server offers it', async () => {
  const one = hall();
  one.page.take(offer('1'));
  await one.settle();
  await one.page.take(offer('1'));
  assert.deepEqual(one.told, ['1 started', '1 started']);
  assert.deepEqual(one.sounded, ['1']);
});

test('an offer that comes while another one sounds waits for its end', async () => {
  const one = hall();
  one.page.take(offer('1'));
  await one.settle();
  one.page.take(offer('2'));
  await one.settle();
  assert.deepEqual(one.sounded, ['1']);
  await one.end();
  assert.deepEqual(one.sounded, ['1', '2']);
  await one.end();
  assert.deepEqual(one.told, ['1 started', '1 done', '2 started', '2 done']);
});

test('a failed file is reported and the next call is said', async () => {
  const one = hall({ trouble: (id) => (id === '1' ? '4 not playable' : '') });
  one.page.take(offer('1'));
  await one.settle();
  await one.end();
  one.page.take(offer('2'));
  await one.settle();
  await one.end();
  assert.deepEqual(one.told, ['1 started', '1 failed 4 not playable', '2 started', '2 done']);
});

test('what cannot be fetched in time is given back without a sound, and may be offered again', async () => {
  let late = true;
  const one = hall({ loaded: () => ({ late, trouble: late ? 'AbortError' : '' }) });
  await one.page.take(offer('1'));
  assert.deepEqual(one.told, ['1 late AbortError']);
  assert.deepEqual(one.sounded, []);
  late = false;
  one.page.take(offer('1'));
  await one.settle();
  await one.end();
  assert.deepEqual(one.sounded, ['1']);
  assert.deepEqual(one.freed, ['/1.mp3', '/1.mp3']);
});

test('a sound that is locked in the moment of its turn was not said, and may be offered again', async () => {
  let trouble = 'locked';
  const one = hall({ trouble: () => trouble });
  one.page.take(offer('1'));
  await one.settle();
  await one.end();
  assert.deepEqual(one.told, ['1 started', '1 late locked']);
  assert.deepEqual(one.marks, ['1', '']);
  assert.deepEqual(one.page.wish(), { page: 'secret', said: [], saying: '', notes: { 1: 'note 1' } });
  trouble = '';
  one.page.take(offer('1'));
  await one.settle();
  await one.end();
  assert.deepEqual(one.told.slice(2), ['1 started', '1 done']);
});

test('a file that the hall does not have is reported; the chime alone has called', async () => {
  const one = hall({ loaded: () => ({ files: [], trouble: 'HTTP 503' }) });
  one.page.take(offer('1'));
  await one.settle();
  await one.end();
  assert.deepEqual(one.told, ['1 started', '1 failed HTTP 503']);
});

const given = (get) => {
  const held = [];
  const released = [];
  return { held, released, get, within: 20, hold: (data) => `blob:${held.push(data)}`, release: (file) => released.push(file) };
};

test('files are fetched together and given back', async () => {
  const page = given(async (url) => ({ ok: true, blob: async () => url }));
  const loaded = await fetchFiles(['/id.mp3', '/en.mp3'], page);
  assert.deepEqual([loaded.files.slice(), loaded.late, loaded.trouble], [['blob:1', 'blob:2'], false, '']);
  assert.deepEqual(page.held, ['/id.mp3', '/en.mp3']);
  loaded.free();
  assert.deepEqual(page.released, ['blob:1', 'blob:2']);
});

test('a refusal, a dead line and a server that does not answer are told apart', async () => {
  const refused = await fetchFiles(['/x.mp3'], given(async () => ({ ok: false, status: 404 })));
  assert.deepEqual([refused.late, refused.trouble], [false, 'HTTP 404']);
  const dead = await fetchFiles(['/x.mp3'], given(async () => { throw new TypeError('network'); }));
  assert.deepEqual([dead.late, dead.trouble], [true, 'TypeError']);
  const hanging = (url, { signal }) => new Promise((done, fail) => {
    signal.addEventListener('abort', () => fail(Object.assign(new Error('aborted'), { name: 'AbortError' })));
  });
  const slow = await fetchFiles(['/x.mp3'], given(hanging));
  assert.deepEqual([slow.late, slow.trouble], [true, 'AbortError']);
});

test('the memory outlives the page, is bounded, and takes broken or no storage', () => {
  const kept = storage();
  const first = memory('said', kept);
  for (let id = 0; id < REMEMBERED + 5; id += 1) first.add(String(id));
  const second = memory('said', kept);
  assert.equal(second.ids().length, REMEMBERED);
  assert.ok(second.has(String(REMEMBERED + 4)));
  assert.ok(!second.has('0'));
  kept.setItem('said', '{broken');
  assert.deepEqual(memory('said', kept).ids(), []);
  const none = { getItem() { throw new Error('denied'); }, setItem() { throw new Error('denied'); } };
  const third = memory('said', none);
  third.add('1');
  assert.ok(third.has('1'));
});

test('the server\'s notes last over a reload, the newest of them', () => {
  const kept = storage();
  const first = memory('said', kept);
  for (let id = 0; id < NOTES + 5; id += 1) first.note(String(id), `note ${id}`);
  const notes = memory('said', kept).notes();
  assert.equal(Object.keys(notes).length, NOTES);
  assert.equal(notes[String(NOTES + 4)], `note ${NOTES + 4}`);
});

test('a browser keeps its secret, and makes a new one where nothing can be kept', () => {
  const kept = storage();
  const secret = pageSecret('page', kept);
  assert.match(secret, /^[0-9a-f]{32}$/);
  assert.equal(pageSecret('page', kept), secret);
  const broken = { getItem: () => { throw new Error('denied'); }, setItem: () => { throw new Error('denied'); } };
  assert.match(pageSecret('page', broken), /^[0-9a-f]{32}$/);
  assert.notEqual(pageSecret('page', storage()), secret);
});
