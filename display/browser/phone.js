// A citizen's own ticket on the phone: follows it, calls when it is their turn, lets them leave or let others pass.
import { render } from 'lit-html';
import { commandKey, post } from '../../core/web/browser/api.js';
import { dateText, timeText } from '../../core/web/browser/clock.js';
import { lineMark } from '../../core/web/browser/line.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { chime, locked, onLock, unlock } from '../../core/web/browser/sound.js';
import { Sequence } from '../../core/web/browser/sequence.js';
import { language, onLanguage, pick, setLanguage, t } from '../../core/web/browser/words.js';
import { keeper, keptAt } from './phone-keep.js';
import { watchTruth } from './phone-line.js';
import { ENDED, askId, gone, movedBy, phone } from './phone-parts.js';
import { messages, register } from './phone-push.js';

const SHAKE = [500, 200, 500, 200, 900];
const LANGUAGE = 'antrean.language';
const page = settings();
const place = document.getElementById('ticket');
const kept = keeper(page.left_s);
const push = messages(page.token, page.push !== null && page.push !== undefined);
const order = new Sequence({ epoch: page.epoch, seq: page.seq });

let ticket = snapshot();
let sound = false; // switched on by the holder's touch
let asking = ''; // what the holder is asked about: cancel, postpone
let moved = ''; // why the holder waits once more: sent, back, called_back
let busy = false;
let problem = '';
let wishKey = '';
let drawn = false;
let called = calledKey(ticket);
let over = false; // the number's day is over, or the hall knows no such number
let up = !keptAt(); // whether what is shown is true now
let news = keptAt() || Date.parse(page.now); // when it was, by the server's clock

/** What makes one call different from the next, '' while there is none. */
function calledKey(one) {
  return one.state === 'called' ? `${one.counter}|${one.called_at}` : '';
}

function alarm() {
  if (navigator.vibrate) navigator.vibrate(SHAKE);
  chime({ volume: 0.8 });
  chime({ volume: 0.8 });
}

/** A view that came by either way, unless a newer one is shown already. */
function take(next, mark) {
  if (over || !order.accept(mark)) return;
  news = live.clock.now();
  show(next);
}

function show(next) {
  const before = called;
  moved = movedBy(ticket, next, moved);
  ticket = next;
  called = calledKey(next);
  const turn = called && called !== before;
  if (turn) alarm();
  if (!ticket.actions.includes(asking)) asking = '';
  draw();
  if (turn) window.scrollTo(0, 0); // wherever the holder was reading
  if (ENDED.includes(ticket.state)) end();
  else kept.keep(ticket, news);
}

/** Nothing more happens to this number: the line is given back. */
function end() {
  live.close();
  truth.close();
  kept.forget();
  push.forget();
  tellLine(true);
}

/** The day of this number is over, or the hall does not know it (any more). */
function onGone() {
  if (over) return;
  over = true;
  end();
  draw();
}

const truth = watchTruth({
  path: `/api/v1/tickets/${page.token}`,
  onView: (answer) => take(answer, answer),
  onGone,
  onUp: (now) => tellLine(now),
});

const live = follow(page.topic, {
  token: page.token,
  epoch: page.epoch,
  seq: page.seq,
  now: page.now,
  onView: (view, mark) => {
    truth.heard();
    take(view, mark);
  },
  onCall: (call) => {
    truth.heard();
    if (call.repeat > 0) alarm(); // the first call comes with the view
  },
  onLine: (status) => truth.line(status.up),
  onProblem: (problem) => (problem.code === 'ticket_unknown' ? onGone() : truth.look()),
});

const mark = lineMark(() => live.clock);

function tellLine(now) {
  if (now) news = live.clock.now();
  if (up === now) return;
  up = now;
  mark({ up, since: news });
  draw();
}

/** The screen stays on while the holder waits, where the browser can (a low battery refuses, and that is fine). */
function keepAwake() {
  if (navigator.wakeLock && document.visibilityState === 'visible') navigator.wakeLock.request('screen').catch(() => {});
}

/** The language that the holder chose on this page; private mode keeps none. */
const choice = {
  read() {
    try {
      return sessionStorage.getItem(LANGUAGE);
    } catch (_) {
      return null;
    }
  },
  keep(lang) {
    try {
      sessionStorage.setItem(LANGUAGE, lang);
    } catch (_) {
      // nothing to keep it in: it lasts as long as the page
    }
  },
};

async function onSound() {
  await unlock();
  sound = !locked();
  if (navigator.vibrate) navigator.vibrate(80);
  chime({ volume: 0.4 });
  keepAwake();
  draw();
}

/** What the holder wishes: to leave, or to let the next few pass. */
async function onWish(wish) {
  if (busy) return;
  busy = true;
  problem = '';
  draw();
  try {
    const path = wish === 'cancel' && page.cancel ? page.cancel : `/api/v1/tickets/${ticket.token}/${wish}`;
    const answer = await post(path, {}, { key: wishKey });
    const after = answer && (answer.ticket || answer);
    asking = '';
    if (after && after.state && after.epoch !== undefined) take(after, after);
    else live.refresh();
  } catch (error) {
    problem = error.detail || error.title || t('common.problem');
    truth.look(); // what was seen was not the truth
  }
  busy = false;
  draw();
}

function ask(wish) {
  const before = asking;
  asking = wish;
  problem = '';
  wishKey = commandKey();
  draw();
  const next = document.getElementById(wish ? 'stay' : askId(before));
  if (next) next.focus();
}

async function onMessages() {
  const done = push.turnOn(language());
  draw();
  await done;
  draw();
}

async function onNoMessages() {
  const done = push.turnOff();
  draw();
  await done;
  draw();
}

function dateOfTicket() {
  return ticket.day ? dateText(Date.parse(`${ticket.day}T12:00:00Z`), 0) : '';
}

function draw() {
  if (!drawn) place.textContent = ''; // the server's drawing
  drawn = true;
  const turn = called && !over ? `${t('phone.your_turn')}: ${pick(ticket.counter_name)}` : '';
  document.title = turn || t('phone.title', { number: ticket.number });
  if (over) {
    render(gone({ ticket, date: dateOfTicket(), onLanguage: setLanguage }), place);
    return;
  }
  render(phone({
    ticket,
    sound,
    asking,
    busy,
    moved,
    problem,
    stale: up ? '' : timeText(news, live.clock.minutes),
    messages: push.state,
    ahead: page.push,
    onSound,
    onMessages,
    onNoMessages,
    onWish,
    onLanguage: setLanguage,
    onAsk: ask,
    onStay: () => ask(''),
  }), place);
}

onLanguage((lang) => {
  choice.keep(lang);
  const manifest = document.querySelector('link[rel=manifest]');
  if (manifest) manifest.href = `/t/${page.token}/manifest.webmanifest?lang=${lang}`;
  draw();
  push.renew(lang);
});
onLock((silent) => {
  sound = sound && !silent;
  draw();
});
document.addEventListener('visibilitychange', () => sound && keepAwake());
setLanguage(choice.read() || page.lang);
if (keptAt()) {
  mark({ up: false, since: news });
  truth.look();
}
draw();
if (ENDED.includes(ticket.state)) {
  end();
} else {
  kept.keep(ticket, news);
  window.addEventListener('load', () => setTimeout(() => register().then(() => push.renew(language())), 1_000));
}
