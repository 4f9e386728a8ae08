// A citizen's own ticket on the phone: follows it, calls when it is their turn, lets them leave or let others pass.
import { render } from 'lit-html';
import { commandKey, post } from '../../core/web/browser/api.js';
import { lineMark } from '../../core/web/browser/line.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { chime, locked, onLock, unlock } from '../../core/web/browser/sound.js';
import { onLanguage, pick, setLanguage, t } from '../../core/web/browser/words.js';
import { ENDED, askId, movedBy, phone } from './phone-parts.js';

const SHAKE = [500, 200, 500, 200, 900];
const LANGUAGE = 'antrean.language';
const page = settings();
const place = document.getElementById('ticket');

let ticket = snapshot();
let sound = false; // switched on by the holder's touch
let asking = ''; // what the holder is asked about: cancel, postpone
let moved = ''; // why the holder waits once more: sent, back, called_back
let busy = false;
let problem = '';
let wishKey = '';
let drawn = false;
let called = calledKey(ticket);

/** What makes one call different from the next, '' while there is none. */
function calledKey(one) {
  return one.state === 'called' ? `${one.counter}|${one.called_at}` : '';
}

function alarm() {
  if (navigator.vibrate) navigator.vibrate(SHAKE);
  chime({ volume: 0.8 });
  chime({ volume: 0.8 });
}

function take(next) {
  const before = called;
  moved = movedBy(ticket, next, moved);
  ticket = next;
  called = calledKey(next);
  const turn = called && called !== before;
  if (turn) alarm();
  if (!ticket.actions.includes(asking)) asking = '';
  draw();
  if (turn) window.scrollTo(0, 0); // wherever the holder was reading
  if (ENDED.includes(ticket.state)) live.close();
}

const live = follow(page.topic, {
  token: page.token,
  epoch: page.epoch,
  seq: page.seq,
  now: page.now,
  onView: take,
  onCall: (call) => call.repeat > 0 && alarm(), // the first call comes with the view
  onLine: lineMark(() => live.clock),
});

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
    if (after && after.state) take(after);
    else live.refresh();
  } catch (error) {
    problem = error.detail || error.title || t('common.problem');
    if (error.status) live.refresh(); // what was seen was not the truth
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

function draw() {
  if (!drawn) place.textContent = ''; // the server's drawing
  drawn = true;
  const mark = called ? `${t('phone.your_turn')}: ${pick(ticket.counter_name)}` : t('phone.title', { number: ticket.number });
  document.title = mark;
  render(phone({
    ticket,
    sound,
    asking,
    busy,
    moved,
    problem,
    onSound,
    onWish,
    onLanguage: setLanguage,
    onAsk: ask,
    onStay: () => ask(''),
  }), place);
}

onLanguage((lang) => {
  choice.keep(lang);
  draw();
});
onLock((silent) => {
  sound = sound && !silent;
  draw();
});
document.addEventListener('visibilitychange', () => sound && keepAwake());
setLanguage(choice.read() || page.lang);
draw();
