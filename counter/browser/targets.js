// Where a ticket can be sent, and what else a counter can help with: choices made of what the API lists. Pure.

const plain = (text) =>
  String(text || '')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();

/** What is searched in a choice: both languages, keywords, the agency. */
function haystack(...texts) {
  return plain(texts.join(' '));
}

function ownFirst(list, agency) {
  return [...list.filter((each) => each.agency === agency), ...list.filter((each) => each.agency !== agency)];
}

function serviceChoice(service) {
  return {
    id: service.id,
    agency: service.agency,
    name: service.name,
    note: service.agency,
    closed: !service.open,
    text: haystack(service.name.id, service.name.en, service.agency, ...(service.keywords || [])),
  };
}

/** Services that the ticket at the counter is not yet for, the agency's own first. `without`: further ids. */
export function serviceChoices(services, view, without = []) {
  const { current } = view;
  const here = new Set([...(current ? [current.service] : []), ...without]);
  return ownFirst(services.filter((each) => !here.has(each.id)), view.counter.agency).map(serviceChoice);
}

/** Services that can still be added to the ticket: not its own, and none that is to come. */
export function addChoices(services, view) {
  return serviceChoices(services, view, view.current ? view.current.to_come.map((each) => each.id) : []);
}

/** All other counters: those where somebody is before those where nobody is, the agency's own first. */
export function counterChoices(counters, view) {
  const others = ownFirst(counters.filter((each) => each.id !== view.counter.id), view.counter.agency).map((each) => ({
    id: each.id,
    agency: each.agency,
    name: each.name,
    note: [each.agency, each.officer].filter(Boolean).join(' · '),
    state: each.state,
    away: each.state === 'closed', // nobody is sent to where nobody is
    text: haystack(each.name.id, each.name.en, each.agency, each.officer),
  }));
  return [...others.filter((each) => !each.away), ...others.filter((each) => each.away)];
}

/** Officers who are at a counter now, other than the one here. */
export function officerChoices(counters, view) {
  return counterChoices(
    counters.filter((each) => each.officer && each.officer !== view.officer),
    view,
  ).map((each) => {
    const { officer } = counters.find((counter) => counter.id === each.id);
    return { ...each, id: officer, name: { id: officer, en: officer }, at: each.name, note: each.agency };
  });
}

/** Services of the counter's agency that it does not serve itself. */
export function helpChoices(services, view) {
  const own = new Set(view.counter.services);
  return services.filter((each) => each.agency === view.counter.agency && !own.has(each.id)).map(serviceChoice);
}

/** The choices that hold every word of `query`, in their order. */
export function found(choices, query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return choices.filter((each) => words.every((word) => each.text.includes(word)));
}

/** The choices of a transfer, by kind of target. */
export function transferChoices(lists, to, view) {
  if (to === 'counter') return counterChoices(lists.counters, view);
  if (to === 'officer') return officerChoices(lists.counters, view);
  return serviceChoices(lists.services, view);
}
