// Bundles each face's entry points into <face>/static/build/ and copies the fonts.
// node core/web/browser/build_assets.mjs [face…]      all faces without an argument
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import subsetFont from 'subset-font';
import { missingCalls, scriptTroubles, styleTroubles } from './old_screens.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..', '..');

/** Face → where its sources are, where its bundles go, what its entry points are called. */
const FACES = {
  core: { from: 'core/web/browser', to: 'core/web/static/build', pages: ['house'] },
  kiosk: { from: 'kiosk/browser', to: 'kiosk/static/build', pages: ['kiosk', 'closed', 'reception'] },
  counter: {
    from: 'counter/browser',
    to: 'counter/static/build',
    pages: ['workstation', 'login', 'pages', 'ops', 'admin', 'reports'],
  },
  display: { from: 'display/browser', to: 'display/static/build', pages: ['board', 'phone', 'phone-worker'] },
};

const FONTS = 'node_modules/@fontsource-variable/atkinson-hyperlegible-next/files';
const FONT_FILES = [
  'atkinson-hyperlegible-next-latin-wght-normal.woff2',
  'atkinson-hyperlegible-next-latin-ext-wght-normal.woff2',
];

/** Letters of the phone's small font: ASCII and what our texts use besides. */
const PHONE_LETTERS = `${String.fromCharCode(...Array.from({ length: 95 }, (_, place) => 32 + place))}–…·’`;

async function makeFonts() {
  const to = join(ROOT, 'core/web/static/vendor/fonts');
  mkdirSync(to, { recursive: true });
  for (const file of FONT_FILES) copyFileSync(join(ROOT, FONTS, file), join(to, file));
  const small = await subsetFont(readFileSync(join(ROOT, FONTS, FONT_FILES[0])), PHONE_LETTERS, {
    targetFormat: 'woff2',
    variationAxes: { wght: { min: 400, max: 700 } },
    keepFeatures: ['kern', 'tnum', 'lnum'],
  });
  writeFileSync(join(to, 'phone.woff2'), small);
}

/** The entry points of one face that exist, scripts and styles. */
function entryPoints({ from, pages }) {
  const wanted = pages.flatMap((page) => [`${page}.js`, `${page}.css`]);
  return wanted.map((file) => join(ROOT, from, file)).filter((file) => existsSync(file));
}

/** The fonts are fetched by address, which changes with the file: browsers keep them for a year. */
const fontAddresses = {
  name: 'font-addresses',
  setup(builder) {
    builder.onResolve({ filter: /^\/static\/vendor\// }, ({ path }) => {
      const digest = createHash('sha256').update(readFileSync(join(ROOT, 'core/web', path))).digest('hex');
      return { path: `${path}?v=${digest.slice(0, 12)}`, external: true };
    });
  },
};

/** A .gz beside the bundle, for browsers on a slow network. */
function compress(file) {
  const plain = readFileSync(file);
  const small = gzipSync(plain, { level: 9 });
  writeFileSync(`${file}.gz`, small);
  const kilo = (bytes) => (bytes / 1024).toFixed(1);
  console.log(`${relative(ROOT, file)} ${kilo(plain.length)} kB, ${kilo(small.length)} kB compressed`);
}

async function bundle(name) {
  const face = FACES[name];
  if (!face) throw new Error(`${name}: no such face, there are ${Object.keys(FACES).join(', ')}`);
  const entries = entryPoints(face);
  if (entries.length === 0) {
    console.log(`${name}: nothing in ${face.from} yet, skipped`);
    return;
  }
  const result = await build({
    entryPoints: entries,
    outdir: join(ROOT, face.to),
    bundle: true,
    minify: true,
    sourcemap: false,
    format: 'iife',
    target: ['chrome76'], // TV sets of 2020 and cheap Android boxes
    plugins: [fontAddresses],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  const files = Object.keys(result.metafile.outputs).map((file) => join(process.cwd(), file));
  await refuseTooNew(files);
  files.forEach(compress);
}

/** Syntax that esbuild let through fails the build for every page, and on a board anything a television set lacks. */
async function refuseTooNew(files) {
  const troubles = await scriptTroubles(files.filter((file) => file.endsWith('.js')));
  for (const file of files.filter((each) => /board\.(js|css)$/.test(each))) {
    const text = readFileSync(file, 'utf8');
    const found = file.endsWith('.js') ? missingCalls(text) : styleTroubles(text);
    troubles.push(...found.map((trouble) => `${file}: ${trouble}`));
  }
  if (troubles.length) throw new Error(`too new for the screens of a hall:\n${troubles.join('\n')}`);
}

await makeFonts();
const faces = process.argv.slice(2);
for (const name of faces.length ? faces : Object.keys(FACES)) await bundle(name);
