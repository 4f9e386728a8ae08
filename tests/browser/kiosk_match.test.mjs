import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, index, plain } from '../../kiosk/browser/match.js';

const AGENCIES = [
  { id: 'CAPIL', short: 'Disdukcapil', name: { id: 'Dinas Kependudukan dan Pencatatan Sipil', en: 'Civil Registration Office' } },
  { id: 'KANIM', short: 'Imigrasi', name: { id: 'Kantor Imigrasi', en: 'Immigration Office' } },
];

const service = (id, agency, name, more = {}) => ({ id, agency, name, often: false, keywords: [], ...more });

const SERVICES = [
  service('kk-baru', 'CAPIL', { id: 'Kartu Keluarga (KK) baru', en: 'New family card' }),
  service('akta-lahir', 'CAPIL', { id: 'Akta kelahiran WNI', en: 'Birth certificate' }, { keywords: ['bayi'] }),
  service('rekom-paspor', 'CAPIL', { id: 'Rekomendasi paspor calon pekerja migran', en: 'Passport recommendation' }),
  service('paspor-baru', 'KANIM', { id: 'Paspor baru', en: 'New passport' }),
];

const entries = index(AGENCIES, SERVICES);
const found = (query) => find(entries, query).map((hit) => hit.id);

test('text is compared without accents, case and signs', () => {
  assert.equal(plain('  Kartu Keluarga (KK), Élite! '), 'kartu keluarga kk elite');
});

test('one letter too many, too few, wrong, or two swapped are forgiven', () => {
  for (const slip of ['pasporr', 'pspor', 'pazpor', 'apspor', 'paspro']) assert.equal(found(slip)[0], 'paspor-baru', slip);
  for (const other of ['pspr', 'sporpa']) assert.deepEqual(found(other), [], other);
});

test('two swapped letters of a short word are forgiven too', () => {
  assert.equal(found('byai')[0], 'akta-lahir');
});

test('short words are not guessed at', () => {
  assert.deepEqual(found('wk'), []);
});

test('words that say nothing are passed over, unless they are all there is', () => {
  assert.deepEqual(found('saya mau urus paspor'), found('paspor'));
});

test('words of one meaning find the same', () => {
  assert.equal(found('pembuatan paspor')[0], 'paspor-baru');
  assert.equal(found('akte kelahiran')[0], 'akta-lahir');
});

test('a service is found in both languages', () => {
  assert.equal(found('lahir')[0], 'akta-lahir');
  assert.equal(found('birth')[0], 'akta-lahir');
});

test('a service is found by its keywords and by its agency', () => {
  assert.equal(found('bayi')[0], 'akta-lahir');
  assert.ok(found('imigrasi').includes('paspor-baru'));
  assert.ok(found('imigrasi').includes('KANIM'));
});

test('what fits every word goes before what fits some', () => {
  assert.equal(found('imigrasi paspor')[0], 'paspor-baru');
  assert.equal(found('akta lahir paspor')[0], 'akta-lahir');
});

test('a word half typed or wrongly typed is found', () => {
  assert.equal(found('pasp')[0], 'paspor-baru');
  assert.equal(found('pspor')[0], 'paspor-baru');
  assert.equal(found('keluraga')[0], 'kk-baru');
});

test('the short name goes before one that only mentions the word', () => {
  assert.deepEqual(found('paspor'), ['paspor-baru', 'rekom-paspor']);
});

test('nothing typed finds nothing', () => {
  assert.deepEqual(found('  '), []);
});
