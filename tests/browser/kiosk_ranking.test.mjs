// What people type at a kiosk, and what they mean: it is among the first four. The catalogue is the shipped one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, index } from '../../kiosk/browser/match.js';
import { AGENCIES, SERVICES } from './hall.mjs';

const entries = index(AGENCIES, SERVICES);
const FIRST = 4;

/** [what is typed, the service that is meant] */
const INDONESIAN = [
  ['KTP hilang', 'ktp-hilang'],
  ['ktp saya hilang', 'ktp-hilang'],
  ['kehilangan KTP', 'ktp-hilang'],
  ['bikin KTP', 'ktp-cetak-baru'],
  ['buat ktp baru', 'ktp-cetak-baru'],
  ['cetak ktp', 'ktp-cetak-baru'],
  ['rekam ktp', 'ktp-rekam'],
  ['KTP rusak', 'ktp-rusak'],
  ['ktp patah', 'ktp-rusak'],
  ['ktp anak', 'kia-baru'],
  ['ktp digital', 'ikd-aktivasi'],
  ['bikin paspor', 'paspor-baru'],
  ['saya mau bikin paspor', 'paspor-baru'],
  ['perpanjang paspor', 'paspor-ganti'],
  ['paspor hilang', 'paspor-hilang-rusak'],
  ['ambil paspor', 'paspor-ambil'],
  ['SKCK', 'skck-baru'],
  ['bikin skck', 'skck-baru'],
  ['perpanjang SKCK', 'skck-perpanjangan'],
  ['perpanjang sim', 'sim-perpanjangan'],
  ['SIM C', 'sim-perpanjangan'],
  ['akta lahir', 'akta-lahir'],
  ['akte kelahiran', 'akta-lahir'],
  ['akta nikah', 'akta-kawin'],
  ['surat kematian', 'akta-mati'],
  ['KK hilang', 'kk-hilang-rusak'],
  ['tambah anak kk', 'kk-ubah-data'],
  ['pecah kk', 'kk-pisah'],
  ['kartu keluarga baru', 'kk-baru'],
  ['surat pindah', 'pindah-keluar'],
  ['pindah rumah', 'pindah-dalam-kota'],
  ['kartu kuning', 'ak1-baru'],
  ['lowongan kerja', 'info-lowongan'],
  ['bayar PBB', 'pbb-tagihan'],
  ['balik nama pbb', 'pbb-mutasi'],
  ['balik nama tanah', 'balik-nama-tanah'],
  ['bikin NPWP', 'npwp-daftar'],
  ['lapor SPT', 'asistensi-spt'],
  ['izin usaha', 'nib-umk'],
  ['BPJS mati', 'jkn-aktivasi'],
  ['daftar BPJS', 'jkn-daftar'],
  ['cairkan JHT', 'jht-klaim'],
  ['surat bebas narkoba', 'skhpn'],
  ['tambah daya listrik', 'listrik-ubah-daya'],
  ['pasang air', 'air-sambungan-baru'],
  ['dompet hilang', 'lapor-kehilangan'],
  ['tilang', 'ambil-bukti-tilang'],
  ['gugat cerai', 'e-court'],
  ['haji batal', 'pembatalan-haji'],
  ['izin praktek dokter', 'sip-dokter'],
];

const ENGLISH = [
  ['passport', 'paspor-baru'],
  ['new passport', 'paspor-baru'],
  ['lost passport', 'paspor-hilang-rusak'],
  ['renew my passport', 'paspor-ganti'],
  ['lost ID card', 'ktp-hilang'],
  ['birth certificate', 'akta-lahir'],
  ['death certificate', 'akta-mati'],
  ['marriage certificate', 'akta-kawin'],
  ['family card', 'kk-baru'],
  ['driving licence', 'sim-perpanjangan'],
  ['police clearance', 'skck-baru'],
  ['tax number', 'npwp-daftar'],
  ['property tax', 'pbb-tagihan'],
  ['health insurance', 'jkn-daftar'],
  ['visa extension', 'itk-perpanjangan'],
  ['change of address', 'pindah-dalam-kota'],
  ['bank account', 'buka-rekening'],
  ['drug test', 'skhpn'],
];

const SLIPS = [
  ['pasport', 'paspor-baru'],
  ['pspor', 'paspor-baru'],
  ['paspro', 'paspor-baru'],
  ['bikin papsor', 'paspor-baru'],
  ['ktp hilan', 'ktp-hilang'],
  ['ktp hlang', 'ktp-hilang'],
  ['skkc', 'skck-baru'],
  ['akta lair', 'akta-lahir'],
  ['akta kelahirn', 'akta-lahir'],
  ['kartu keluraga', 'kk-baru'],
  ['perpanjng sim', 'sim-perpanjangan'],
  ['birht certificate', 'akta-lahir'],
  ['drivng license', 'sim-perpanjangan'],
  ['npwpp', 'npwp-daftar'],
  ['narkobaa', 'skhpn'],
  ['lowongn', 'info-lowongan'],
];

/** Half typed, as the page searches at every letter. */
const BEGINNINGS = [
  ['pas', 'paspor-baru'],
  ['skc', 'skck-baru'],
  ['npw', 'npwp-daftar'],
  ['ktp hil', 'ktp-hilang'],
  ['kela', 'akta-lahir'],
  ['perpanjang pas', 'paspor-ganti'],
];

for (const [name, queries] of Object.entries({ INDONESIAN, ENGLISH, SLIPS, BEGINNINGS })) {
  for (const [query, meant] of queries) {
    test(`${name.toLowerCase()}: "${query}" finds ${meant} among the first ${FIRST}`, () => {
      const found = find(entries, query).map((hit) => hit.id);
      assert.ok(found.slice(0, FIRST).includes(meant), `${meant} is ${found.indexOf(meant)} in ${found.slice(0, 8)}`);
    });
  }
}

test('each service is on the first page of what its own name finds, in both languages', () => {
  for (const service of SERVICES) {
    for (const lang of ['id', 'en']) {
      const first = find(entries, service.name[lang].slice(0, 40)).slice(0, 6).map((hit) => hit.id);
      assert.ok(first.includes(service.id), `${service.name[lang]}: ${first}`);
    }
  }
});

test('an agency is found by the name people know', () => {
  for (const agency of AGENCIES) {
    const first = find(entries, agency.short).slice(0, 6).map((hit) => hit.id);
    assert.ok(first.includes(agency.id), `${agency.short}: ${first}`);
  }
});

test('a search takes no time that a finger could notice', () => {
  const began = performance.now();
  for (const [query] of [...INDONESIAN, ...ENGLISH, ...SLIPS]) find(entries, query);
  const each = (performance.now() - began) / (INDONESIAN.length + ENGLISH.length + SLIPS.length);
  assert.ok(each < 20, `${each.toFixed(1)} ms a search`);
});
