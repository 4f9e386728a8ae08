/**
 * Finding a service by what a citizen types: both languages, keywords, agencies, slips of the finger forgiven.
 * MiniSearch keeps the index and scores (BM25); here is what the words of this hall need besides.
 */
import MiniSearch from 'minisearch';
import { EMPTY, SAME } from './sayings.js';

/** Lower case, no accents, only letters and digits. */
export function plain(text) {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

const words = (text) => plain(text).split(' ').filter(Boolean);

/** Words of one meaning are held under the first of them too. */
const meaning = new Map(SAME.flatMap(([first, ...others]) => others.map((other) => [other, first])));
const held = (word) => (meaning.has(word) ? [word, meaning.get(word)] : word);

/** Letters that may be wrong: none in a short word, two in a long one, or where two were swapped. */
function slips(word) {
  if (word.length < 4 || /^[0-9]+$/.test(word)) return false;
  return word.length < 6 ? 1 : 2;
}

const SEARCH = {
  boost: { name: 2.5, keywords: 3, agency: 1 },
  prefix: true,
  fuzzy: slips,
  weights: { prefix: 0.6, fuzzy: 0.25 },
  processTerm: (word) => word,
};

/**
 * What can be found, made once for each catalogue. What is often asked for is meant a little more often,
 * and so is a short name: "Paspor baru" rather than a name that mentions a passport.
 */
export function index(agencies, services) {
  const known = Object.fromEntries(agencies.map((agency) => [agency.id, agency]));
  const named = (agency) => `${agency.short} ${agency.id} ${agency.name.id} ${agency.name.en}`;
  const found = new MiniSearch({
    fields: ['name', 'keywords', 'agency'],
    storeFields: ['kind', 'self', 'weight', 'whole'],
    tokenize: words,
    processTerm: held,
    searchOptions: { ...SEARCH, boostDocument: (_id, _word, stored) => stored.weight },
  });
  found.addAll(
    agencies.map((agency, at) => ({
      id: `a${at}`,
      kind: 'agency',
      self: agency.id,
      weight: 1,
      whole: [plain(agency.short), plain(agency.id)],
      agency: named(agency),
    })),
  );
  found.addAll(
    services.map((service, at) => ({
      id: `s${at}`,
      kind: 'service',
      self: service.id,
      weight: service.often ? 1.35 : 1,
      whole: [service.name.id, service.name.en, ...(service.keywords ?? [])].map(plain),
      name: `${service.name.id} ${service.name.en}`,
      keywords: (service.keywords ?? []).join(' '),
      agency: known[service.agency] ? named(known[service.agency]) : '',
    })),
  );
  return found;
}

/** A saying that is held word for word ("KTP hilang") is what was meant. */
function exactly(hit, said) {
  if (hit.whole.includes(said)) return 3;
  return hit.whole.some((each) => ` ${each} `.includes(` ${said} `)) ? 1.6 : 1;
}

const FEW = 3;
const SOME = 12;

/** A short word with two letters swapped counts as two slips, which is more than it is allowed: try the swaps. */
function swaps(word) {
  if (word.length < 4 || word.length > 5) return word;
  const swapped = [...word].slice(1).map((_, at) => word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2));
  return { combineWith: 'OR', queries: [word, ...swapped] };
}

/**
 * The entries that fit, best first: those that fit every word that says something, then, where these are few, those
 * that fit some of them.
 */
export function find(entries, query) {
  const typed = words(query);
  const telling = typed.filter((word) => !EMPTY.has(word));
  const asked = (telling.length > 0 ? telling : typed).map((word) => meaning.get(word) ?? word);
  if (asked.length === 0) return [];
  const search = (combineWith, queries) => ranked(entries.search({ combineWith, queries }), typed.join(' '));
  let all = search('AND', asked);
  if (all.length === 0) all = search('AND', asked.map(swaps));
  if (all.length >= FEW || asked.length === 1) return all;
  const seen = new Set(all.map((hit) => hit.id));
  return [...all, ...search('OR', asked).filter((hit) => !seen.has(hit.id)).slice(0, SOME)];
}

function ranked(hits, said) {
  return hits
    .map((hit) => ({ kind: hit.kind, id: hit.self, score: hit.score * exactly(hit, said) }))
    .sort((a, b) => b.score - a.score);
}
