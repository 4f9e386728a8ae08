import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { missingCalls, scriptTroubles, styleTroubles } from '../../core/web/browser/old_screens.mjs';

async function troublesOf(t, script) {
  const folder = mkdtempSync(join(tmpdir(), 'antrean-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'bundle.js');
  writeFileSync(file, script);
  return scriptTroubles([file]);
}

test('syntax that Chromium 76 does not read is found', async (t) => {
  assert.equal((await troublesOf(t, 'var a = b?.c;')).length, 1);
  assert.equal((await troublesOf(t, 'var a = b ?? 1;')).length, 1);
  assert.equal((await troublesOf(t, 'class A { #secret = 1; }')).length, 1);
  assert.equal((await troublesOf(t, 'a ||= 1;')).length, 1);
});

test('what Chromium 76 has is not complained of', async (t) => {
  const script = 'async function f() { try { await [1, [2]].flat(); } catch { globalThis.a = { ...b }; } }';
  assert.deepEqual(await troublesOf(t, script), []);
});

test('functions that Chromium 76 lacks are found', () => {
  for (const call of ['structuredClone(a)', 'a.replaceAll("x","y")', 'a.at(-1)', 'node.replaceChildren()', 'AbortSignal.timeout(5)']) {
    assert.equal(missingCalls(call).length, 1, call);
  }
  assert.deepEqual(missingCalls('a.replace(/x/g,"y");a.slice(-1)[0];JSON.parse(JSON.stringify(a))'), []);
});

test('styles that Chromium 76 does not understand are found', () => {
  for (const css of [
    '.a{inset:0}',
    '.a{color:red;aspect-ratio:16/9}',
    '.a :is(b,c){color:red}',
    '.a{width:min(10px,2vw)}',
    '.a{font-size:clamp(1px,2vw,3px)}',
    '.a{display:flex;gap:1px}',
    '@media (min-width:1px){.a{display:inline-flex;column-gap:1px}}',
    '.a{margin-inline:1px}',
    '@media (width>=600px){.a{color:red}}',
    '.a{color:red;.b{color:blue}}',
    '.a{height:100dvh}',
    '.a:focus-visible{outline:1px solid}',
  ]) assert.equal(styleTroubles(css).length, 1, css);
});

test('styles that Chromium 76 understands are left alone', () => {
  const css = '.a{display:grid;column-gap:1px}.b{width:calc(3*var(--u));clip-path:inset(50%)}'
    + ':focus:not(:focus-visible){outline:none}.c{grid-template-columns:minmax(0,1fr)}'
    + '@media (max-aspect-ratio:16/9){.a{--u:1px}.b{color:red}}@keyframes x{to{transform:translateX(2%)}}.d{content:"min(1)"}';
  assert.deepEqual(styleTroubles(css), []);
});

test('the bundles of the boards run on such a set', async () => {
  const built = (name) => new URL(`../../display/static/build/${name}`, import.meta.url);
  assert.deepEqual(await scriptTroubles([built('board.js').pathname]), []);
  assert.deepEqual(missingCalls(readFileSync(built('board.js'), 'utf8')), []);
  assert.deepEqual(styleTroubles(readFileSync(built('board.css'), 'utf8')), []);
});
