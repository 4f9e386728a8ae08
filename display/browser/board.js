// A board: draws the view, marks what is new, chimes and speaks each call once.
import { render } from 'lit-html';
import { dateText, tick, timeText, weekdayText, zoneText } from '../../core/web/browser/clock.js';
import { lineMark } from '../../core/web/browser/line.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { pagePass } from '../../core/web/browser/pass.js';
import { announce, locked, onLock, unlock, unlockOnTouch } from '../../core/web/browser/sound.js';
import { isNew, keyOf, merge, nextChange, takenBack } from './board-calls.js';
import { fetchFiles } from './board-files.js';
import { runNotices } from './board-notices.js';
import { board, sign } from './board-parts.js';
import { renewal } from './board-renewal.js';
import { crowdOf, space } from './board-space.js';
import { Turns } from './board-turns.js';
import { memory, pageSecret, speaker } from './board-voice.js';
import { runWindow } from './board-window.js';

/** Media step back for so long after a call, milliseconds. */
const DUCK_FOR = 5_000;
/** So long a part of the missed numbers stands, milliseconds. */
const TURN = 6_000;

const place = document.getElementById('board');
const page = settings();
const turns = new Turns();
let view = snapshot();
let ahead = []; // calls that came before the view that holds them
let spoken = ''; // the call that sounds now stays marked
let drawn = false;
let timer = 0;

const has = (part) => view.look.shows.indexOf(part) >= 0;
const refreshNotices = runNotices();
const shelf = runWindow({
  place: () => document.getElementById('media'),
  given: () => ({
    waiting: has('waiting') && view.waiting.length > 0,
    media: has('media') ? view.media : [],
    volume: view.look.media_volume / 100,
  }),
  onSlide: draw,
});
const renew = renewal({ build: page.build, busy: () => spoken !== '' });

const own = pagePass(page, { onFresh: () => live.renew() });
const live = follow(page.topic, {
  token: own.token,
  epoch: page.epoch,
  seq: page.seq,
  now: view.now,
  probe: '/healthz',
  onView(next, { build }) {
    view = next;
    const held = new Set(view.current.concat(view.recent).map(keyOf));
    ahead = ahead.filter((call) => !held.has(keyOf(call)) && isNew(call, live.clock.now()));
    draw();
    renew.look(build);
  },
  onCall(call) {
    ahead.push(call);
    draw();
  },
  onLine: lineMark(() => live.clock),
  onProblem: own.refused,
});

function speaking(key) {
  spoken = key;
  draw();
  if (!key) renew.look();
}

// A board that can be heard tells the server so, which then offers it one announcement at a time.
let began = 0;
const voice = speaker({
  page: pageSecret(`antrean.page.${page.topic}`, localStorage),
  tell: (name, content) => line.tell(name, content),
  load: fetchFiles,
  say({ chime, times }, files) {
    began = Date.now();
    return announce(files, { bell: chime, times });
  },
  said: memory(`antrean.said.${page.topic}`, sessionStorage),
  onSaying: (now) => speaking(now ? keyOf(now) : ''),
  // For whoever watches the page: what was said, when, and how it ended.
  onEnd: (detail) => document.dispatchEvent(
    new CustomEvent('antrean:said', { detail: { ...detail, began, ended: Date.now() } }),
  ),
});
const line = live.converse(page.topic.replace('board:', 'voice:'), {
  event: 'announce',
  wish: voice.wish,
  onMessage: voice.take,
});

function hear() {
  if (view.look.speaks && !locked()) line.open();
  else line.close();
}

/** The call that is said stands first where one row is larger than the others. */
function ordered(shown, crowd) {
  const said = crowd ? shown.filter((call) => keyOf(call) === spoken) : [];
  return said.concat(shown.filter((call) => said.indexOf(call) < 0));
}

function draw() {
  const now = live.clock.now();
  const { minutes } = live.clock;
  const room = space({ width: window.innerWidth, height: window.innerHeight, look: view.look });
  const calls = merge(ahead, view.current, view.recent);
  turns.learn(calls, now, (call) => takenBack(call, view));
  const plan = turns.plan([room.calls.slots, ...room.crowds], live.clock.local(), spoken);
  const crowd = plan.level > 0 ? crowdOf(Math.max(2, plan.shown.length), room, view.look) : null;
  const visible = new Set(plan.shown.map((call) => call.number));
  const state = {
    view,
    has,
    space: room,
    calls,
    crowd,
    shown: ordered(plan.shown, crowd),
    earlier: room.side ? calls.filter((call) => !visible.has(call.number)).slice(0, room.side.earlier) : [],
    nobody: plan.shown.length === 0,
    slide: shelf.slide(),
    turn: Math.floor(now / TURN),
    fresh: (call) => isNew(call, now) || keyOf(call) === spoken,
    date: [weekdayText(now, minutes, 'id'), dateText(now, minutes, 'id')],
    time: timeText(now, minutes, 'id'),
    zone: zoneText(minutes),
    silent: view.look.speaks && locked(),
    onTouch: unlock,
  };
  if (!drawn) place.textContent = ''; // the server's drawing
  drawn = true;
  place.className = `board kind-${view.kind} placed-${room.placed}${crowd ? ' in-crowd' : ''}`;
  place.style.setProperty('--font', room.calls.row.font.toFixed(2));
  place.style.setProperty('--calls-w', room.calls.width.toFixed(1));
  place.style.setProperty('--calls-h', room.calls.height.toFixed(1));
  render(view.kind === 'counter' && view.counter ? sign(state) : board(state), place);
  shelf.duck(spoken !== '' || calls.some((call) => isNew(call, now, DUCK_FOR)));
  refreshNotices();
  shelf.refresh();
  const turn = view.missed.length ? TURN - (now % TURN) : null;
  const waits = [plan.wait, nextChange(calls, now), nextChange(calls, now, DUCK_FOR), turn].filter((each) => each !== null);
  clearTimeout(timer);
  if (waits.length) timer = setTimeout(draw, Math.min(...waits) + 20);
}

unlockOnTouch();
onLock(() => {
  hear();
  draw();
});
hear();
tick(live.clock, draw);
window.addEventListener('resize', draw);
if (document.fonts && document.fonts.ready) document.fonts.ready.then(refreshNotices);
