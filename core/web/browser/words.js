// The texts of the page in both languages; switching needs no reload.
import { embedded } from './page.js';

/** @typedef {'id'|'en'} Language */

let words = null;
let current = 'id';
const listeners = new Set();

function catalogue() {
  if (words === null) useWords(embedded('words', { id: {}, en: {} }), document.documentElement.lang);
  return words;
}

/** Take these words instead of the page's own (tests, pages without the script tag). */
export function useWords(given, lang) {
  words = given;
  current = lang in given ? lang : 'id';
}

/** Text of a key in the page's language, `{name}` filled from params; the key itself where there is none. */
export function t(key, params = {}, lang = null) {
  const all = catalogue();
  const own = all[lang || current] || {};
  const text = own[key] || (all.id || {})[key] || (all.en || {})[key] || key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/** @returns {Language} */
export function language() {
  catalogue();
  return current;
}

/** The other language, for the one-tap switch. @returns {Language} */
export function otherLanguage() {
  return language() === 'id' ? 'en' : 'id';
}

/** Change the language of the page; those who asked with `onLanguage` are told. */
export function setLanguage(lang) {
  catalogue();
  if (!(lang in words) || lang === current) return;
  current = lang;
  if (typeof document !== 'undefined') document.documentElement.lang = lang;
  listeners.forEach((tell) => tell(lang));
}

/** Call `tell` after each change of language; answers with the function that ends it. */
export function onLanguage(tell) {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** One of a `{id, en}` text, the other one where a language is empty. */
export function pick(name, lang = null) {
  if (!name) return '';
  return name[lang || language()] || name.id || name.en || '';
}
