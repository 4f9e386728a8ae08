// Every text that the counter's pages name is in both catalogues, with the same places to fill.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const counter = new URL('../../counter/', import.meta.url);
const house = new URL('../../core/web/translations/', import.meta.url);

function catalogue(url) {
  const text = readFileSync(url, 'utf8');
  return new Map([...text.matchAll(/^msgid "(.+)"\nmsgstr "(.*)"$/gm)].map(([, key, words]) => [key, words]));
}

const own = (lang) => catalogue(new URL(`translations/${lang}/LC_MESSAGES/messages.po`, counter));
const indonesian = own('id');
const english = own('en');
const shared = catalogue(new URL('id/LC_MESSAGES/messages.po', house));

function sources(folder, ending) {
  return readdirSync(new URL(folder, counter))
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(new URL(folder + file, counter), 'utf8'));
}

/** Keys as written in quotes; one that ends in a dot is the start of several. */
function named() {
  const all = [...sources('browser/', '.js'), ...sources('templates/counter/', '.html')].join('\n');
  return new Set([...all.matchAll(/['`]((?:counter|staff|home|common)\.[a-z_.]*[a-z_.])(?:['`]|\$\{)/g)].map((found) => found[1]));
}

test('both languages have the same keys and places', () => {
  assert.deepEqual([...indonesian.keys()].sort(), [...english.keys()].sort());
  const places = (words) => [...words.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, words] of indonesian) {
    assert.ok(words && english.get(key), `${key} is empty`);
    assert.deepEqual(places(words), places(english.get(key)), key);
  }
});

test('every key that is named has its text', () => {
  const known = [...indonesian.keys(), ...shared.keys()];
  for (const key of named()) {
    const found = key.endsWith('.') || key.endsWith('_') ? known.some((each) => each.startsWith(key)) : known.includes(key);
    assert.ok(found, `${key} has no text`);
  }
});

test('the words are spelled as the house spells them', () => {
  const wrong = /antrian|nomer|\bcounter\b/i;
  for (const [key, words] of indonesian) assert.ok(!wrong.test(words.replace(/{\w+}/g, '')), `${key}: ${words}`);
});
