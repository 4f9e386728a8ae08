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
    page: 0,
    query: '',
    trail: [],
    keys: {},
    order: null,
    ticket: null,
    print: null,
    lang,
    home: lang,
    look: { low: false, large: false, contrast: false },
    touched: now,
  };
}

/** Paper comes or is on its way. */
export const PAPER_COMING = new Set(['queued', 'sending']);

const places = {
  agency: (event) => ({ screen: 'agency', agency: event.id }),
  service: (event) => ({ screen: 'service', service: event.id }),
  search: () => ({ screen: 'search', query: '' }),
};

function go(state, to) {
  const { screen, agency, service, page, query } = state;
  return {
    ...state,
    page: 0,
    ...to,
    order: null,
    trail: [...state.trail, { screen, agency, service, page, query }],
  };
}

function back(state) {
  if (state.trail.length === 0) return state;
  const trail = state.trail.slice(0, -1);
  return { ...state, ...state.trail[trail.length], trail, order: null };
}

/** One choice, one key: the same service and class of one visit is asked for with the same key. */
function take(state, { klass, key }) {
  if (state.screen !== 'service' || state.order?.status === 'sending') return state;
  const choice = `${state.service} ${klass}`;
  const keys = { ...state.keys, [choice]: state.keys[choice] ?? key };
  const attempt = (state.order?.attempt ?? 0) + 1;
  const order = { service: state.service, klass, key: keys[choice], attempt, status: 'sending', problem: null };
  return { ...state, keys, order };
}

function taken(state, { key, ticket, print, at }) {
  if (state.order?.key !== key || state.order.status !== 'sending') return state;
  return { ...state, screen: 'result', keys: {}, order: null, trail: [], ticket, print, touched: at };
}

/** `lost`: nobody knows whether the number was given, so the key is kept. A refusal is final. */
function trouble(state, { key, lost, problem }) {
  if (state.order?.key !== key || state.order.status !== 'sending') return state;
  const keys = { ...state.keys };
  if (!lost) delete keys[`${state.order.service} ${state.order.klass}`];
  return { ...state, keys, order: { ...state.order, status: lost ? 'lost' : 'refused', problem } };
}

/** News of the paper restart the time that the result stays: nobody loses a number half read. */
function printed(state, { ticket, print, at }) {
  if (state.screen !== 'result' || state.ticket.id !== ticket || state.print.state === print.state) return state;
  const settled = !PAPER_COMING.has(print.state);
  return { ...state, print, touched: settled ? at : state.touched };
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
    case 'tick':
      return left(state, event.at, timeouts) === 0 ? arrival({ lang: state.home, now: event.at }) : state;
    default: // whatever a citizen does counts as a touch
      return { ...apply(state, event), touched: event.at };
  }
}

/** Nothing to lose: the start screen as a new citizen expects it. */
export function atRest(state) {
  const { low, large, contrast } = state.look;
  return state.screen === 'start' && state.page === 0 && state.lang === state.home && !(low || large || contrast);
}

/** How many seconds the present screen may stay untouched, or null for as long as it likes. */
export function patience(state, timeouts = TIMEOUTS) {
  if (state.screen === 'result') {
    return state.print.state === 'sent' ? timeouts.result : timeouts.result_without_paper;
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
