import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, fit, index, near, plain } from '../../kiosk/browser/match.js';

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
  for (const slip of ['pasporr', 'pspor', 'pazpor', 'apspor', 'paspro']) assert.ok(near(slip, 'paspor'), slip);
  for (const other of ['pspr', 'sporpa', 'kaspur']) assert.ok(!near(other, 'paspor'), other);
});

test('short words are not guessed at', () => {
  assert.equal(fit('kk', 'wk'), 0);
  assert.ok(fit('kk', 'kk') > fit('kel', 'keluarga'));
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

test('every word must fit', () => {
  assert.deepEqual(found('paspor bayi'), []);
  assert.equal(found('imigrasi paspor')[0], 'paspor-baru');
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
