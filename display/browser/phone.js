// A citizen's own ticket on the phone: follows it, calls when it is their turn, lets them leave.
import { render } from 'lit-html';
import { commandKey, post } from '../../core/web/browser/api.js';
import { lineMark } from '../../core/web/browser/line.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { chime, locked, onLock, unlock } from '../../core/web/browser/sound.js';
import { onLanguage, pick, setLanguage, t } from '../../core/web/browser/words.js';
import { ENDED, phone } from './phone-parts.js';

const SHAKE = [500, 200, 500, 200, 900];
const LANGUAGE = 'antrean.language';
const page = settings();
const place = document.getElementById('ticket');

let ticket = snapshot();
let sound = false; // switched on by the holder's touch
let asking = false;
let busy = false;
let problem = '';
let leaveKey = '';
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
  ticket = next;
  called = calledKey(next);
  if (called && called !== before) alarm();
  if (!ticket.actions.includes('cancel')) asking = false;
  draw();
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

async function onLeave() {
  busy = true;
  problem = '';
  draw();
  try {
    const answer = await post(page.cancel || `/api/v1/tickets/${ticket.token}/cancel`, {}, { key: leaveKey });
    const left = answer && (answer.ticket || answer);
    if (left && left.state) take(left);
    else live.refresh();
  } catch (error) {
    problem = error.detail || error.title || t('common.problem');
  }
  busy = false;
  draw();
}

function ask(open) {
  asking = open;
  problem = '';
  leaveKey = commandKey();
  draw();
  const next = document.getElementById(open ? 'stay' : 'ask');
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
    problem,
    onSound,
    onLeave,
    onLanguage: setLanguage,
    onAsk: () => ask(true),
    onStay: () => ask(false),
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
