// What the officer may do now, in which order of weight, and by which key. Pure: a model in, descriptions out.

import { shownTicket } from './asking.js';

/** Action → its key. Letters only, each its own: pressing one twice never does a second thing. */
export const KEYS = Object.freeze({
  open: 'o',
  next: 'n',
  start: 's',
  finish: 'f',
  recall: 'r',
  'no-show': 'm',
  call: 'c',
  pause: 'p',
  close: 'l',
  last: 'e',
  park: 'k',
  transfer: 't',
  return: 'b',
  add: 'a',
  unpark: 'd',
  restore: 'v',
  help: 'h',
  undo: 'u',
  reprint: 'g',
});

/** Actions that first ask something in a dialog; finishing does where the service asks how it ended. */
export const ASKING = Object.freeze([
  'call',
  'pause',
  'close',
  'last',
  'park',
  'transfer',
  'add',
  'unpark',
  'restore',
  'help',
  'reprint',
]);

/** Steps that act on whatever ticket is at the counter: they tell the server which one the screen shows. */
const MEANT = Object.freeze([
  'pause',
  'close',
  'recall',
  'start',
  'finish',
  'no-show',
  'park',
  'transfer',
  'return',
  'add',
]);

/**
 * What a step sends besides its own body, so that the server refuses it once the counter has gone on: the ticket
 * of the dialog that asked, or the one that is shown; for `undo` the action that the screen offers to take back.
 */
export function meant(step, { view, dialog }) {
  if (step === 'undo') return view.undo ? { ticket: view.undo.ticket, event: view.undo.event } : {};
  if (!MEANT.includes(step)) return {};
  return { ticket: dialog && dialog.ticket !== null ? dialog.ticket : shownTicket(view) };
}

const WORDS = Object.freeze({
  open: 'counter.action.open',
  resume: 'counter.action.resume',
  next: 'counter.action.next',
  'finish-next': 'counter.action.finish_next',
  start: 'counter.action.start',
  finish: 'counter.action.finish',
  recall: 'counter.action.recall',
  'no-show': 'counter.action.no_show',
  call: 'counter.action.call',
  pause: 'counter.action.pause',
  close: 'counter.action.close',
  last: 'counter.action.last',
  park: 'counter.action.park',
  transfer: 'counter.action.transfer',
  return: 'counter.action.return',
  add: 'counter.action.add',
  unpark: 'counter.action.unpark',
  restore: 'counter.action.restore',
  help: 'counter.action.help',
  undo: 'counter.action.undo',
  reprint: 'counter.action.reprint',
});

/** Where the counter stands: `closed`, `paused`, `free`, `called` or `serving`. */
export function phaseOf(view) {
  if (view.current) return view.current.state === 'serving' ? 'serving' : 'called';
  return view.state === 'open' ? 'free' : view.state;
}

/** The officer who holds this counter, when it is not `user`; otherwise null. */
export function otherOfficer(view, user) {
  const holder = view.officer || view.counter.officer;
  return holder && holder !== user ? holder : null;
}

/** Seconds until a recall is allowed, `elapsed` seconds after the view was made. */
export function recallWait(current, elapsed) {
  return Math.max(0, Math.ceil(current.recall_after_seconds - Math.max(0, elapsed)));
}

function action(name, model, { words = name, steps = [name], allows = steps[0], why = null, note = null, params = {} } = {}) {
  const allowed = model.view.actions.includes(allows);
  const waiting = model.under !== null;
  const reason = why || (model.line === 'lost' ? { key: 'counter.why_not.line' } : null);
  return {
    name: words,
    steps,
    key: KEYS[name],
    words: WORDS[words],
    params,
    asks: ASKING.includes(name) || (steps[0] === 'finish' && asksOutcome(model.view)),
    reason,
    note,
    enabled: allowed && !waiting && !reason,
    allowed,
    under: waiting && model.under.name === words,
  };
}

/** Whether finishing asks how it ended. */
function asksOutcome(view) {
  return Boolean(view.current && view.current.outcomes && view.current.outcomes.length);
}

function next(model) {
  const why = model.view.waiting_count === 0 ? { key: 'counter.why_not.nobody' } : null;
  return action('next', model, { why });
}

function finishNext(model) {
  return action('next', model, { words: 'finish-next', steps: ['finish', 'next'] });
}

/** The one thing to do now. */
export function dominant(model) {
  const { view } = model;
  switch (phaseOf(view)) {
    case 'called':
      return action('start', model);
    case 'serving':
      return action('finish', model);
    case 'free':
      return next(model);
    case 'paused':
      return action('open', model, { words: 'resume' });
    default:
      return action('open', model);
  }
}

/** Whether finishing may at once call the next: the counter is open, stays so, and somebody waits. */
function goesOn(view) {
  return view.state === 'open' && view.waiting_count > 0 && !view.closing;
}

function recall(model, elapsed) {
  const { view } = model;
  const { current } = view;
  const left = current.recalls_left;
  if (left <= 0) {
    return action('recall', model, { why: { key: 'counter.why_not.recall_limit', params: { n: current.recalls } } });
  }
  const seconds = recallWait(current, elapsed);
  if (seconds > 0) {
    return action('recall', model, { why: { key: 'counter.why_not.recall_soon', params: { seconds, left } } });
  }
  // A view made before the pause between two calls was over leaves `recall` out; nothing is pushed when it is over.
  const ripened = current.recall_after_seconds > 0 && !view.actions.includes('recall');
  const ripe = ripened ? { ...model, view: { ...view, actions: [...view.actions, 'recall'] } } : model;
  return action('recall', ripe, { note: { key: 'counter.recalls_left', params: { left } } });
}

/** What belongs to the ticket at the counter, beside the dominant action. */
export function companions(model, elapsed) {
  const { view } = model;
  switch (phaseOf(view)) {
    case 'called':
      return [recall(model, elapsed), action('no-show', model)];
    case 'serving':
      return goesOn(view) && view.actions.includes('finish') ? [finishNext(model)] : [];
    default:
      return [];
  }
}

/** Only what the server allows: these are not shown otherwise. */
function ifAllowed(...list) {
  return list.filter((each) => each.allowed);
}

/** The paper of the ticket at the counter once more: no matter of the queue, so its view does not name it. */
function reprint(model) {
  const { actions } = model.view;
  const view = { ...model.view, actions: actions.length ? [...actions, 'reprint'] : actions };
  return action('reprint', { ...model, view });
}

/** Where else the ticket at the counter may go, and its paper. */
export function ticketActions(model) {
  const { current } = model.view;
  if (!current) return [];
  return ifAllowed(
    action('park', model),
    action('transfer', model),
    action('return', model, { params: { counter: current.sender || '' } }),
    action('add', model),
    reprint(model),
  );
}

/** What belongs to the counter itself. Always the same places, so that hands remember them. */
export function counterActions(model) {
  const { view } = model;
  if (view.state === 'closed' && !view.current) return [];
  const nobody = view.waiting_count === 0 ? { key: 'counter.why_not.nobody' } : null;
  const busy = view.current ? { key: 'counter.why_not.has_ticket', params: { number: view.current.number } } : null;
  const list = [];
  if (view.state === 'open') list.push(action('call', model, { why: busy || nobody }), action('pause', model));
  else if (view.current) list.push(action('open', model, { words: 'resume' }));
  list.push(...ifAllowed(action('help', model)));
  const last = ifAllowed(action('last', model, { steps: ['close'], allows: 'last' }));
  const close = action('close', model);
  if (close.allowed || (last.length === 0 && !view.closing)) list.push(close);
  return [...list, ...last];
}

/** What the lists offer: to go on with a parked ticket, to put a missed one back. */
export function listActions(model) {
  const { view } = model;
  const list = [];
  if ((view.parked || []).length) list.push(action('unpark', model, { steps: ['resume'] }));
  if (view.missed && view.missed.length) list.push(action('restore', model));
  return ifAllowed(...list);
}

/** Taking back the last action, as long as it can be; null otherwise. */
export function undoAction(model, elapsed) {
  const { undo } = model.view;
  const seconds = undo ? undo.seconds_left - Math.floor(Math.max(0, elapsed)) : 0;
  if (seconds <= 0) return null;
  // `undo` itself says that it can be: a counter that closed with its last ticket has no officer of whom `actions` could tell.
  const view = { ...model.view, actions: [...model.view.actions, 'undo'] };
  return action('undo', { ...model, view }, { params: { what: undo.action, number: undo.number, seconds } });
}

/** Everything on offer, dominant first. Nothing, when another officer holds the counter. */
export function offered(model, elapsed) {
  if (otherOfficer(model.view, model.user)) return [];
  const undo = undoAction(model, elapsed);
  return [
    dominant(model),
    ...companions(model, elapsed),
    ...ticketActions(model),
    ...counterActions(model),
    ...listActions(model),
    ...(undo ? [undo] : []),
  ];
}

/** Whether a keydown is meant for the page: no modifier, not held down, not in a field. */
export function isShortcut(event, { dialogOpen, shortcutsOn }) {
  if (!shortcutsOn || dialogOpen) return false;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return false;
  const target = event.target;
  return !(target && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName || '')));
}

/** The enabled action whose key was pressed, or null. */
export function actionForKey(key, actions) {
  const letter = String(key).toLowerCase();
  return actions.find((each) => each.key === letter && each.enabled) || null;
}
