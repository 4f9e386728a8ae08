/** The kiosk page: carries events into the flow, the flow's wishes to the server, and draws. */
import { html, render } from 'lit-html';
import { commandKey, post } from '../../core/web/browser/api.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { pagePass } from '../../core/web/browser/pass.js';
import { pick, setLanguage, t } from '../../core/web/browser/words.js';
import { agency } from './agency.js';
import { arrival, left, step, TIMEOUTS, warning } from './flow.js';
import { fence } from './fence.js';
import { fit } from './fit.js';
import { bar, head, notes, warn } from './frame.js';
import { grids } from './layout.js';
import { index } from './match.js';
import { moves, nextOf } from './moves.js';
import { paperSentence } from './paper.js';
import { result } from './result.js';
import { search } from './search.js';
import { service } from './service.js';
import { guideOf, spelled, spokenOf } from './speech.js';
import { start } from './start.js';

const SCREENS = { start, agency, service, search, result };
const page = settings();
const timeouts = { ...TIMEOUTS, ...page.timeouts };
const root = document.getElementById('kiosk');
const upright = window.matchMedia('(orientation: portrait)');
const steady = () => performance.now();
const guide = guideOf(window);

let view = snapshot();
const entries = index(view.agencies, view.services);
let alive = true;
let writable = true;
let state = arrival({ lang: page.lang, now: steady() });
let drawn = '';

// Where the kiosk's token was revoked, the server answers a reload with a page that says so.
const own = pagePass(page, { onFresh: () => line.renew(), onEnded: () => window.location.reload() });
const line = follow(page.topic || `kiosk:${view.id}`, {
  token: own.token,
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
  onHall: (condition) => {
    writable = !condition || condition.writable;
    draw();
  },
  onProblem: (problem) => {
    own.refused(problem);
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
  const [job] = state.ticket ? view.jobs.filter((each) => each.ticket === state.ticket.id).slice(-1) : [];
  if (job) send({ type: 'printed', ticket: job.ticket, print: job });
}

/** The hall's wall clock as ISO text without an offset. */
function now() {
  return new Date(line.clock.now() + line.clock.minutes * 60_000).toISOString().slice(0, 19);
}

/** Too soon after the number before: the page waits that long and asks again with the same key, a few times. */
const PATIENCE = 4;
const WAITED_AT_MOST_S = 3;
const after = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function number(order, tries = 0) {
  const { service: id, more, klass, key } = order;
  const body = { service: id, more, class: klass, lang: state.lang, kiosk: view.id };
  try {
    return await post('/api/v1/tickets', body, { key, token: own.token() });
  } catch (problem) {
    if (problem.code === 'token_unknown' && tries === 0) {
      await own.refused(problem); // its pass is over: once more with the next one, for the same number
      return number(order, tries + 1);
    }
    const wait = problem.code === 'too_fast' ? problem.body.seconds : Infinity;
    if (tries >= PATIENCE || wait > WAITED_AT_MOST_S) throw problem;
    await after(wait);
    return number(order, tries + 1);
  }
}

async function request(order) {
  try {
    const { ticket, print } = await number(order);
    send({ type: 'taken', key: order.key, ticket, print });
    readPaper();
  } catch (problem) {
    if (problem.status === 401) renew();
    const lost = !problem.status || problem.status >= 500 || problem.code === 'too_fast';
    send({ type: 'trouble', key: order.key, lost, problem });
  }
}

/** What the citizen says of paper that may have come out: it did, or print it once more. */
async function tell({ answer, job, key }) {
  try {
    const path = `/api/v1/jobs/${encodeURIComponent(job)}/${answer === 'seen' ? 'seen' : 'print'}`;
    const print = await post(path, {}, { key, token: own.token() });
    if (state.ticket) send({ type: 'printed', ticket: state.ticket.id, print: { ...state.print, ...print } });
    send({ type: 'told', ok: true });
  } catch (_) {
    send({ type: 'told', ok: false });
  }
}

/** One step of the flow; a new attempt asks the server once. */
function send(event) {
  const before = state;
  state = step(state, { at: steady(), ...event }, timeouts);
  if (state === before) return;
  if (state.order?.status === 'sending' && state.order.attempt !== before.order?.attempt) request(state.order);
  if (state.answer && state.answer.key !== before.answer?.key) tell(state.answer);
  if (before.look.sound && !state.look.sound) guide.hush();
  draw();
  if (!before.look.sound && state.look.sound) guide.say(t('kiosk.sound.begins'), state.lang);
}

function zoneName(id) {
  const zone = (page.zones || []).find((each) => each.id === id);
  return zone ? pick(zone.name) : t('kiosk.zone', { zone: id });
}

/** What a printer is called; nothing where the page does not know it. */
const printerName = (id) => pick((page.printers || {})[id]) || id || '';

/** What a screen may know. */
function scene() {
  return {
    state,
    view,
    alive: alive && writable,
    writable,
    send,
    entries,
    zoneName,
    printerName,
    voiced: guide.can(state.lang),
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
  if (state.first !== null && !has(view.services, state.first)) return false;
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
      <div class="screen ${state.screen} ${state.screen === 'start' && state.first ? 'adding' : ''}" ?inert=${seconds !== null}>
        <div class="side">${notes(k)} ${head(k)} ${side}</div>
        <div class="work">${work}</div>
        ${bar(k)}
      </div>
      ${warn(seconds, send)}`,
    root,
  );
  fit(root.querySelector('.screen'));
  attend(seconds !== null);
  announce(k);
}

/** The number and its paper, told once to a screen reader, and to the headphone. */
function announce(k) {
  const told = state.screen === 'result' ? `${announcement(k)} ${paperSentence(k)}` : '';
  if (told === news.textContent) return;
  const paperOnly = told !== '' && news.textContent !== '';
  news.textContent = told;
  if (state.look.sound && told) guide.say(paperOnly ? paperSentence(k) : told, state.lang, { after: paperOnly });
}

function announcement({ state: { ticket } }) {
  return t('kiosk.result.spoken', {
    number: spelled(ticket.number),
    place: `${pick(ticket.zone_name)}, ${t('kiosk.floor', { floor: ticket.floor })}`,
  });
}

/** A screen that is new says its heading, after what was touched. */
function speakScreen() {
  const heading = root.querySelector('.warning h2') || root.querySelector('h1');
  if (state.look.sound && state.screen !== 'result' && heading) {
    guide.say(spokenOf(heading, t), state.lang, { after: true });
  }
}

/** The focus goes to what is new: the heading of a screen, the field of the search, the warning. */
function attend(warned) {
  const place = `${state.screen} ${state.agency} ${state.service} ${state.first} ${warned}`;
  if (place === drawn) return;
  const first = drawn === '';
  const wasWarned = drawn.endsWith('true');
  drawn = place;
  speakScreen();
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

/** What is said of what is touched or has the focus; the same thing twice is said once. */
function speak(event) {
  if (!state.look.sound) return;
  const target = event.target.closest?.('button, input, .fact, .needs li, .note');
  if (!target || target.disabled) return;
  const words = spokenOf(target, t);
  if (event.type === 'pointerdown' || words !== guide.last) guide.say(words, state.lang);
}

function touched(event) {
  if (!event.target.closest?.('.warning')) send({ type: 'touch' });
  speak(event);
}

/** Arrow keys move the focus; in the search field only those that leave it. */
function move(event) {
  const from = document.activeElement;
  if (from.matches('input') && event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const within = root.querySelector('.warning') || root;
  const targets = [...within.querySelectorAll('button:not([disabled]), input')].filter((each) => each !== from);
  const here = from === document.body ? root.querySelector('h1') : from;
  const at = nextOf(event.key, here.getBoundingClientRect(), targets.map((each) => each.getBoundingClientRect()));
  if (at < 0) return;
  event.preventDefault();
  targets[at].focus({ preventScroll: true });
}

function pressed(event) {
  if (event.key === 'Escape') {
    const warned = root.querySelector('.warning');
    if (warned) send({ type: 'touch' });
    else send({ type: state.screen === 'result' ? 'done' : 'back' });
    return;
  }
  touched(event);
  if (moves(event.key)) move(event);
}

const news = document.createElement('p');
news.className = 'told';
news.setAttribute('role', 'status');
news.setAttribute('aria-live', 'polite');
root.after(news);

fence(document);
root.addEventListener('click', once, true);
root.addEventListener('focusin', speak);
document.addEventListener('pointerdown', touched);
document.addEventListener('keydown', pressed);
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
