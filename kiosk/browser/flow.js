/**
 * The visit of one citizen at the kiosk: a pure state machine.
 *
 * `step(state, event)` answers with the next state and touches nothing. Times are milliseconds of a
 * clock that only runs forward. What must happen outside (the request, the language) is read off the
 * state by kiosk.js: a new `order.attempt` asks for one request.
 */

/** Seconds; each can be set from the page's settings. */
export const TIMEOUTS = { idle: 30, warning: 10, result: 12, result_without_paper: 30 };

/** What a citizen finds who walks up to the kiosk. */
export function arrival({ lang = 'id', now = 0 } = {}) {
  return {
    screen: 'start',
    agency: null,
    service: null,
    first: null, // the service that was chosen already, while a second one is added
    page: 0,
    query: '',
    trail: [],
    keys: {},
    order: null,
    ticket: null,
    print: null,
    answer: null, // what the citizen said of paper that may have come out
    lang,
    home: lang,
    look: { low: false, large: false, contrast: false, sound: false },
    touched: now,
  };
}

/** Paper is on its way; paper is out as far as anybody knows. */
export const PAPER_COMING = new Set(['queued', 'sending']);
export const PAPER_OUT = new Set(['sent', 'confirmed']);

const places = {
  agency: (event) => ({ screen: 'agency', agency: event.id }),
  service: (event) => ({ screen: 'service', service: event.id }),
  search: () => ({ screen: 'search', query: '' }),
};

function go(state, to) {
  const { screen, agency, service, first, page, query } = state;
  return {
    ...state,
    page: 0,
    ...to,
    order: null,
    trail: [...state.trail, { screen, agency, service, first, page, query }],
  };
}

function back(state) {
  if (state.trail.length === 0) return state;
  const trail = state.trail.slice(0, -1);
  return { ...state, ...state.trail[trail.length], trail, order: null };
}

/** What is asked for: the service that was chosen first, and after it, on the same number, the second. */
export function wish({ first, service }) {
  return first ? { service: first, more: [service] } : { service, more: [] };
}

/** A second service of any agency, on the same number. */
function second(state) {
  if (state.screen !== 'service' || state.first) return state;
  return go(state, { screen: 'start', first: state.service });
}

/** One choice, one key: the same services and class of one visit are asked for with the same key. */
function take(state, { klass, key }) {
  if (state.screen !== 'service' || state.order?.status === 'sending' || state.first === state.service) return state;
  const choice = choiceOf({ ...wish(state), klass });
  const keys = { ...state.keys, [choice]: state.keys[choice] ?? key };
  const attempt = (state.order?.attempt ?? 0) + 1;
  const order = { ...wish(state), klass, key: keys[choice], attempt, status: 'sending', problem: null };
  return { ...state, keys, order };
}

const choiceOf = ({ service, more, klass }) => `${[service, ...more].join('+')} ${klass}`;

function taken(state, { key, ticket, print, at }) {
  if (state.order?.key !== key || state.order.status !== 'sending') return state;
  return { ...state, screen: 'result', first: null, keys: {}, order: null, trail: [], ticket, print, touched: at };
}

/** `lost`: nobody knows whether the number was given, so the key is kept. A refusal is final. */
function trouble(state, { key, lost, problem }) {
  if (state.order?.key !== key || state.order.status !== 'sending') return state;
  const keys = { ...state.keys };
  if (!lost) delete keys[choiceOf(state.order)];
  return { ...state, keys, order: { ...state.order, status: lost ? 'lost' : 'refused', problem } };
}

const same = (a, b) => ['job', 'state', 'printer'].every((name) => (a[name] ?? '') === (b[name] ?? ''));

/** News of the paper restart the time that the result stays: nobody loses a number half read. */
function printed(state, { ticket, print, at }) {
  if (state.screen !== 'result' || state.ticket.id !== ticket || same(state.print, print)) return state;
  const settled = !PAPER_COMING.has(print.state) && !(PAPER_OUT.has(print.state) && PAPER_OUT.has(state.print.state));
  return { ...state, print, touched: settled ? at : state.touched };
}

/** "Did it come out?" `seen`: yes; `again`: no, once more. Asked once; a copy that is doubtful too is for the staff. */
function answered(state, { answer, key }) {
  if (state.screen !== 'result' || state.answer || state.print.state !== 'doubtful') return state;
  return { ...state, answer: { answer, key, job: state.print.job, status: 'sending' } };
}

function told(state, { ok }) {
  if (state.answer?.status !== 'sending') return state;
  return { ...state, answer: { ...state.answer, status: ok ? 'done' : 'refused' } };
}

function type(state, text) {
  return { ...state, query: text.replace(/^\s+/, '').slice(0, 40), page: 0 };
}

function apply(state, event) {
  switch (event.type) {
    case 'agency':
    case 'service':
    case 'search':
      return state.order?.status === 'sending' ? state : go(state, places[event.type](event));
    case 'second':
      return state.order?.status === 'sending' ? state : second(state);
    case 'answer':
      return answered(state, event);
    case 'back':
      return state.order?.status === 'sending' ? state : back(state);
    case 'done':
      return arrival({ lang: state.home, now: event.at });
    case 'page':
      return { ...state, page: event.page };
    case 'type':
      return type(state, event.text);
    case 'language':
      return { ...state, lang: event.lang };
    case 'look':
      return { ...state, page: 0, look: { ...state.look, [event.name]: !state.look[event.name] } };
    case 'take':
      return take(state, event);
    case 'touch':
      return state;
    default:
      throw new Error(`no such event: ${event.type}`);
  }
}

/** The state after `event`; `event.at` is when. */
export function step(state, event, timeouts = TIMEOUTS) {
  switch (event.type) {
    case 'taken':
      return taken(state, event);
    case 'trouble':
      return trouble({ ...state, touched: event.at }, event);
    case 'printed':
      return printed(state, event);
    case 'told':
      return told({ ...state, touched: event.at }, event);
    case 'tick':
      return left(state, event.at, timeouts) === 0 ? arrival({ lang: state.home, now: event.at }) : state;
    default: // whatever a citizen does counts as a touch
      return { ...apply(state, event), touched: event.at };
  }
}

/** Nothing to lose: the start screen as a new citizen expects it. */
export function atRest(state) {
  const usual = state.page === 0 && state.lang === state.home && !Object.values(state.look).includes(true);
  return state.screen === 'start' && state.first === null && usual;
}

/** How many seconds the present screen may stay untouched, or null for as long as it likes. */
export function patience(state, timeouts = TIMEOUTS) {
  if (state.screen === 'result') {
    return PAPER_OUT.has(state.print.state) ? timeouts.result : timeouts.result_without_paper;
  }
  if (state.order?.status === 'sending' || atRest(state)) return null;
  return timeouts.idle;
}

/** Whole seconds left before the kiosk returns to its start, or null. */
export function left(state, now, timeouts = TIMEOUTS) {
  const seconds = patience(state, timeouts);
  if (seconds === null) return null;
  return Math.max(0, Math.ceil(seconds - (now - state.touched) / 1000));
}

/** The seconds to warn of, or null. The result counts down in its own place. */
export function warning(state, now, timeouts = TIMEOUTS) {
  if (state.screen === 'result') return null;
  const seconds = left(state, now, timeouts);
  return seconds !== null && seconds <= timeouts.warning ? seconds : null;
}
