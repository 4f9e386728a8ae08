// A board: draws the view, marks what is new, chimes and speaks each call once.
import { render } from 'lit-html';
import { dateText, tick, timeText, weekdayText, zoneText } from '../../core/web/browser/clock.js';
import { lineMark } from '../../core/web/browser/line.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { announce, locked, onLock, unlock, unlockOnTouch } from '../../core/web/browser/sound.js';
import { isNew, keyOf, merge, nextChange } from './board-calls.js';
import { runNotices } from './board-notices.js';
import { board, sign } from './board-parts.js';

/** A call that could not be spoken by then is left to the eyes, milliseconds. */
const SPEAK_WITHIN = 60_000;

const place = document.getElementById('board');
const page = settings();
let view = snapshot();
let ahead = []; // calls that came before the view that holds them
let spoken = ''; // the call that sounds now stays marked
let drawn = false;
let timer = 0;

const refreshNotices = runNotices();
const live = follow(page.topic, {
  token: page.token,
  epoch: page.epoch,
  seq: page.seq,
  now: view.now,
  onView(next) {
    view = next;
    const held = new Set(view.current.concat(view.recent).map(keyOf));
    ahead = ahead.filter((call) => !held.has(keyOf(call)) && isNew(call, live.clock.now()));
    draw();
  },
  onCall(call) {
    ahead.push(call);
    draw();
    announce(call.audio || [], {
      stale: () => live.clock.now() - Date.parse(call.at) > SPEAK_WITHIN,
      started: () => speaking(keyOf(call)),
    }).then(() => speaking(''));
  },
  onLine: lineMark(() => live.clock),
});

function speaking(key) {
  spoken = key;
  draw();
}

function draw() {
  const now = live.clock.now();
  const { minutes } = live.clock;
  const calls = merge(ahead, view.current, view.recent);
  const state = {
    view,
    calls,
    fresh: (call) => isNew(call, now) || keyOf(call) === spoken,
    date: [weekdayText(now, minutes, 'id'), dateText(now, minutes, 'id')],
    time: timeText(now, minutes, 'id'),
    zone: zoneText(minutes),
    silent: locked(),
    onTouch: unlock,
  };
  if (!drawn) place.textContent = ''; // the server's drawing
  drawn = true;
  render(view.kind === 'counter' && view.counter ? sign(state) : board(state), place);
  refreshNotices();
  clearTimeout(timer);
  const wait = nextChange(calls, now);
  if (wait !== null) timer = setTimeout(draw, wait + 20);
}

unlockOnTouch();
onLock(draw);
tick(live.clock, draw);
if (document.fonts && document.fonts.ready) document.fonts.ready.then(refreshNotices);
