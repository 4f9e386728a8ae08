// The dialog as a value: what is asked, whether it still fits what is seen, what would be sent. Pure.

/** Minutes after which a parked ticket waits again by itself; 0: no limit. */
export const PARK_MINUTES = Object.freeze([5, 10, 15, 30, 0]);

/** What a ticket can be sent to. */
export const TARGETS = Object.freeze(['service', 'counter', 'officer']);

/** Dialogs that act on the ticket at the counter; they end with it. */
const OF_THE_TICKET = Object.freeze(['park', 'transfer', 'add', 'finish', 'finish-next', 'last', 'reprint']);

/** Dialogs that say what becomes of the ticket at the counter, if there is one; they end when another one is there. */
const BESIDE_THE_TICKET = Object.freeze(['pause', 'close']);

/** Dialogs that choose from what the API lists. */
const LISTING = Object.freeze(['transfer', 'add', 'help', 'reprint']);

/** The id of the ticket that the screen shows at the counter; empty for none. */
export const shownTicket = (view) => (view.current ? view.current.id : '');

/** The fields of a dialog when it opens. */
export function opened(kind, view, number = '') {
  const fields = { kind, number, reason: '', ticket: null };
  if (OF_THE_TICKET.includes(kind)) fields.ticket = view.current ? view.current.id : null;
  if (BESIDE_THE_TICKET.includes(kind)) fields.ticket = shownTicket(view);
  if (LISTING.includes(kind)) fields.lists = null;
  if (kind === 'transfer') return { ...fields, to: 'service', query: '', chosen: '', join: 'original' };
  if (kind === 'add') return { ...fields, query: '', chosen: '' };
  if (kind === 'reprint') return { ...fields, kiosk: '' };
  if (kind === 'help') return { ...fields, services: view.helping.map((each) => each.id) };
  if (kind === 'unpark') return { ...fields, number: number || onlyOne(view.parked) };
  if (kind === 'restore') return { ...fields, number: number || onlyOne(view.missed) };
  return fields;
}

function onlyOne(list) {
  return list.length === 1 ? list[0].number : '';
}

export const needsLists = (dialog) => LISTING.includes(dialog.kind) && dialog.lists === null;

/** Whether the dialog still asks about what is seen: the same ticket at the counter, a number that is still listed. */
export function stillFits(dialog, view) {
  if (!dialog) return true;
  if (dialog.ticket !== null && shownTicket(view) !== dialog.ticket) return false;
  if (dialog.kind === 'unpark') return view.parked.length > 0 && listed(view.parked, dialog.number);
  if (dialog.kind === 'restore') return view.missed.length > 0 && listed(view.missed, dialog.number);
  return true;
}

function listed(list, number) {
  return !number || list.some((each) => each.number === number);
}

/** What is sent for a transfer; null until a target is chosen. */
export function transferBody({ to, chosen, join }) {
  return chosen ? { [to]: chosen, join } : null;
}

/** What is sent for a parked ticket: at once, or waiting again. */
export function unparkBody(number, wait) {
  return number ? { number, wait } : null;
}

/** The parked ticket of a number, and whether it can be served on at once at this counter. */
export function parkedStanding(view, number) {
  const ticket = view.parked.find((each) => each.number === number) || null;
  return { ticket, atOnce: Boolean(ticket && ticket.here && view.state === 'open' && !view.current) };
}

/** A service ticked or unticked in the help dialog, in the order of the list. */
export function toggled(services, id) {
  return services.includes(id) ? services.filter((each) => each !== id) : [...services, id];
}
