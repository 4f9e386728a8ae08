/** How people say it: words that tell nothing, and words of one meaning. Plain spelling, see `plain` in match.js. */

/** Said before every wish. */
export const EMPTY = new Set(
  `saya aku mau ingin mohon minta tolong cara bagaimana gimana dimana untuk di ke dari yang dan atau dengan urus
  mengurus ngurus pengurusan layanan i want need to the a an for my of in on how get do where please`
    .split(/\s+/)
    .filter(Boolean),
);

/** Each list is one meaning; typing errors and endings are forgiven elsewhere. */
export const SAME = [
  ['bikin', 'membuat', 'buat', 'pembuatan', 'bikinin', 'make', 'apply', 'create'],
  ['hilang', 'kehilangan', 'ilang', 'raib', 'kecurian', 'dicuri', 'lost', 'stolen', 'missing'],
  ['rusak', 'patah', 'sobek', 'robek', 'damaged', 'broken'],
  ['perpanjang', 'perpanjangan', 'memperpanjang', 'renew', 'renewal', 'extend', 'extension'],
  ['kawin', 'nikah', 'menikah', 'perkawinan', 'pernikahan', 'marriage', 'married', 'marry', 'wedding'],
  ['cerai', 'perceraian', 'bercerai', 'divorce', 'divorced'],
  ['mati', 'kematian', 'meninggal', 'wafat', 'almarhum', 'death', 'died', 'dead'],
  ['lahir', 'kelahiran', 'melahirkan', 'birth', 'born', 'newborn'],
  ['akta', 'akte', 'certificate'],
  ['anak', 'child', 'children', 'kid', 'kids'],
  ['wna', 'bule', 'asing', 'foreigner', 'foreign', 'expat', 'ekspat'],
  ['paspor', 'pasport', 'passport', 'passpor'],
  ['ktp', 'ektp', 'ktpel'],
  ['pindah', 'perpindahan', 'move', 'moving', 'relocate'],
  ['pajak', 'tax', 'taxes'],
  ['tanah', 'land', 'lahan'],
  ['kerja', 'pekerjaan', 'bekerja', 'job', 'work', 'employment'],
  ['listrik', 'pln', 'electricity', 'electric'],
  ['air', 'pdam', 'pam', 'water'],
  ['izin', 'ijin', 'perizinan', 'permit', 'licence', 'license'],
  ['praktik', 'praktek', 'practice'],
  ['sertifikat', 'sertipikat'],
  ['ambil', 'pengambilan', 'mengambil', 'collect', 'collection', 'pickup'],
  ['bayar', 'pembayaran', 'membayar', 'pay', 'payment'],
  ['ganti', 'penggantian', 'mengganti', 'replace', 'replacement'],
  ['ubah', 'perubahan', 'mengubah', 'change'],
  ['cetak', 'pencetakan', 'mencetak', 'print', 'printing'],
  ['pengaduan', 'keluhan', 'komplain', 'mengadu', 'complaint', 'complaints', 'complain'],
  ['pensiun', 'pensiunan', 'pension', 'retirement'],
  ['haji', 'hajj', 'hadj'],
  ['umrah', 'umroh'],
];
