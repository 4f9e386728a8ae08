/**
 * Finding a service by what a citizen types: both languages, keywords, agencies, small slips forgiven.
 */

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

/** Whether two words differ by at most one letter too many, too few, wrong, or by two swapped. */
export function near(a, b) {
  if (a === b) return true;
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  const swapped = short[at] === long[at + 1] && short[at + 1] === long[at];
  return short.slice(at + 1) === long.slice(at + 1) || (swapped && short.slice(at + 2) === long.slice(at + 2));
}

/** Whether the letters of `part` come in this order in `whole`, beginning with its first. */
function threaded(part, whole) {
  if (part[0] !== whole[0]) return false;
  let at = 0;
  for (const letter of whole) if (letter === part[at]) at += 1;
  return at === part.length;
}

/** How well a typed word fits a held one, 0 (not at all) to 10. */
export function fit(typed, held) {
  if (typed === held) return 10;
  if (held.startsWith(typed)) return 8;
  if (typed.length >= 3 && held.includes(typed)) return 5;
  if (typed.length >= 4 && near(typed, held)) return 4;
  if (typed.length >= 4 && held.length > typed.length) {
    if (near(typed, held.slice(0, typed.length)) || near(typed, held.slice(0, typed.length + 1))) return 3;
    if (threaded(typed, held)) return 1;
  }
  return 0;
}

/**
 * What can be found, made once for each catalogue. `bonus` settles ties: what is often asked for, then
 * short names, as "Paspor baru" is meant more often than a name that mentions a passport.
 */
export function index(agencies, services) {
  const agencyOf = Object.fromEntries(agencies.map((agency) => [agency.id, agency]));
  const named = (agency) => words(`${agency.short} ${agency.id} ${agency.name.id} ${agency.name.en}`);
  return [
    ...agencies.map((agency) => ({ kind: 'agency', id: agency.id, bonus: 0, fields: [[1.5, named(agency)]] })),
    ...services.map((service) => ({
      kind: 'service',
      id: service.id,
      bonus: (service.often ? 2 : 0) + 4 / (3 + words(service.name.id).length),
      fields: [
        [3, words(`${service.name.id} ${service.name.en}`)],
        [3, words((service.keywords ?? []).join(' '))],
        [1, agencyOf[service.agency] ? named(agencyOf[service.agency]) : []],
      ],
    })),
  ];
}

function score(entry, typed) {
  let sum = 0;
  for (const word of typed) {
    let best = 0;
    for (const [weight, held] of entry.fields) {
      for (const each of held) best = Math.max(best, weight * fit(word, each));
    }
    if (best === 0) return 0;
    sum += best;
  }
  return sum + entry.bonus;
}

/** The entries that fit every typed word, best first; ties keep the catalogue's order. */
export function find(entries, query) {
  const typed = words(query);
  if (typed.length === 0) return [];
  return entries
    .map((entry) => ({ kind: entry.kind, id: entry.id, score: score(entry, typed) }))
    .filter((hit) => hit.score > 0)
    .sort((a, b) => b.score - a.score);
}
