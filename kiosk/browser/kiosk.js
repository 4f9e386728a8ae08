/** The kiosk page: carries events into the flow, the flow's wishes to the server, and draws. */
import { html, render } from 'lit-html';
import { commandKey, post } from '../../core/web/browser/api.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { pick, setLanguage, t } from '../../core/web/browser/words.js';
import { agency } from './agency.js';
import { arrival, left, step, TIMEOUTS, warning } from './flow.js';
import { bar, head, notes, warn } from './frame.js';
import { grids } from './layout.js';
import { index } from './match.js';
import { result } from './result.js';
import { search } from './search.js';
import { service } from './service.js';
import { start } from './start.js';

const SCREENS = { start, agency, service, search, result };
const page = settings();
const timeouts = { ...TIMEOUTS, ...page.timeouts };
const root = document.getElementById('kiosk');
const upright = window.matchMedia('(orientation: portrait)');
const steady = () => performance.now();

let view = snapshot();
const entries = index(view.agencies, view.services);
let alive = true;
let state = arrival({ lang: page.lang, now: steady() });
let drawn = '';

const line = follow(page.topic || `kiosk:${view.id}`, {
  token: page.token,
  epoch: page.epoch,
  seq: page.seq,
  now: view.now,
  onView: (fresh) => {
    view = { ...fresh, services: withTexts(view.services, fresh.services) };
    alive = true;
    readPaper();
    draw();
  },
  onLine: ({ up }) => {
    alive = up;
    draw();
  },
  onProblem: () => {
    alive = false;
    draw();
  },
});

/** The line brings what changes of each service; its texts came with the page. */
function withTexts(known, fresh) {
  const states = new Map(fresh.map((state) => [state.id, state]));
  return known.map((service) => ({ ...service, ...states.get(service.id) }));
}

/** What the view says of the paper of the shown ticket; it may have said so before the number came. */
function readPaper() {
  const job = state.ticket && view.jobs.find((each) => each.ticket === state.ticket.id);
  if (job) send({ type: 'printed', ticket: job.ticket, print: { job: job.job, state: job.state, detail: job.detail } });
}

/** The hall's wall clock as ISO text without an offset. */
function now() {
  return new Date(line.clock.now() + line.clock.minutes * 60_000).toISOString().slice(0, 19);
}

async function request({ service: id, klass, key }) {
  try {
    const body = { service: id, class: klass, lang: state.lang, kiosk: view.id };
    const { ticket, print } = await post('/api/v1/tickets', body, { key, token: page.token });
    send({ type: 'taken', key, ticket, print });
    readPaper();
  } catch (problem) {
    const lost = !problem.status || problem.status >= 500;
    send({ type: 'trouble', key, lost, problem });
  }
}

/** One step of the flow; a new attempt asks the server once. */
function send(event) {
  const before = state;
  state = step(state, { at: steady(), ...event }, timeouts);
  if (state === before) return;
  if (state.order?.status === 'sending' && state.order.attempt !== before.order?.attempt) request(state.order);
  draw();
}

function zoneName(id) {
  const zone = (page.zones || []).find((each) => each.id === id);
  return zone ? pick(zone.name) : t('kiosk.zone', { zone: id });
}

/** What a screen may know. */
function scene() {
  return {
    state,
    view,
    alive,
    send,
    entries,
    zoneName,
    now: now(),
    offset: line.clock.minutes,
    hall: page.hall || view.name,
    left: left(state, steady(), timeouts),
    portrait: upright.matches,
    grids: grids(upright.matches, state.look),
    newKey: commandKey,
    agencyOf: (each) => view.agencies.find((other) => other.id === each.agency),
    place: (each) => `${t('kiosk.floor', { floor: each.floor })}, ${zoneName(each.zone)}`,
  };
}

/** Whether what the screen speaks of is still in the plan. */
function present() {
  const has = (list, id) => list.some((each) => each.id === id);
  if (state.screen === 'agency') return has(view.agencies, state.agency);
  return state.screen !== 'service' || has(view.services, state.service);
}

function draw() {
  if (!present()) state = arrival({ lang: page.lang, now: steady() });
  setLanguage(state.lang);
  const { low, large, contrast } = state.look;
  Object.assign(document.documentElement.dataset, { low, large, contrast: contrast ? 'high' : 'usual' });
  const k = scene();
  const { side, work } = SCREENS[state.screen](k);
  const seconds = warning(state, steady(), timeouts);
  render(
    html`
      <div class="poleng"></div>
      <div class="screen ${state.screen}" ?inert=${seconds !== null}>
        <div class="side">${notes(k)} ${head(k)} ${side}</div>
        <div class="work">${work}</div>
        ${bar(k)}
      </div>
      ${warn(seconds, send)}`,
    root,
  );
  attend(seconds !== null);
}

/** The focus goes to what is new: the heading of a screen, the field of the search, the warning. */
function attend(warned) {
  const place = `${state.screen} ${state.agency} ${state.service} ${warned}`;
  if (place === drawn) return;
  const first = drawn === '';
  const wasWarned = drawn.endsWith('true');
  drawn = place;
  if (first && !warned) return;
  const sight = warned ? '.stay' : state.screen === 'search' ? '#query' : 'h1';
  if (wasWarned && !warned && returnTo?.isConnected) returnTo.focus();
  else {
    if (warned) returnTo = document.activeElement;
    root.querySelector(sight)?.focus({ preventScroll: true });
  }
  changedAt = steady();
}

let returnTo = null;
let changedAt = 0;
let pressedAt = 0;

/** The second half of a double touch must not press what appeared under the finger meanwhile. */
function once(event) {
  if (event.detail <= 1) pressedAt = event.timeStamp;
  else if (changedAt > pressedAt) {
    event.stopPropagation();
    event.preventDefault();
  }
}

function touched(event) {
  if (!event.target.closest?.('.warning')) send({ type: 'touch' });
}

function pressed(event) {
  if (event.key === 'Escape') send({ type: state.screen === 'result' ? 'done' : 'back' });
  else touched(event);
}

root.addEventListener('click', once, true);
document.addEventListener('pointerdown', touched);
document.addEventListener('keydown', pressed);
document.addEventListener('contextmenu', (event) => event.preventDefault());
upright.addEventListener('change', draw);

root.textContent = '';
draw();

let second = '';
setInterval(() => {
  send({ type: 'tick' });
  const face = `${now().slice(0, 16)} ${left(state, steady(), timeouts)}`;
  if (face !== second) {
    second = face;
    draw();
  }
}, 200);
