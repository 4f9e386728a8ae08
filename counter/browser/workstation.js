// The officer's workstation: shows the server's last view, sends each press once, follows the live line.
import { render } from 'lit-html';
import { commandKey, get, post } from '../../core/web/browser/api.js';
import { timeText } from '../../core/web/browser/clock.js';
import { conditionMark } from '../../core/web/browser/condition.js';
import { lineMark } from '../../core/web/browser/line.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { language, onLanguage, pick, setLanguage, t } from '../../core/web/browser/words.js';
import { actionForKey, isShortcut, meant, offered, otherOfficer, phaseOf } from './actions.js';
import { needsLists, opened, stillFits } from './asking.js';
import { SLOW_MS, answered, desk, mayClick, refused, settled, told, underWay, withLine, withView } from './desk.js';
import { dialogPart } from './dialogs.js';
import { head, takenPart } from './frame_parts.js';
import { listPart } from './list_parts.js';
import { PRINTS, said } from './reprint.js';
import { shortcutsWanted, rememberShortcuts } from './shortcuts.js';
import { ticketPart } from './ticket_parts.js';
import { elapsedSince } from './times.js';

const page = settings();
const first = snapshot();
const path = `/api/v1/counters/${encodeURIComponent(first.counter.id)}`;
const place = (name) => document.getElementById(name);

let shortcutsOn = shortcutsWanted();
let model = desk({ view: first, epoch: page.epoch, seq: page.seq, user: nameOf(page.user) });

function nameOf(user) {
  return user && typeof user === 'object' ? user.name : user || '';
}

function show(next) {
  model = next;
  draw();
}

// --- sending -----------------------------------------------------------------------------------------------------

/** Each press gets its keys once; sending it again after silence uses the same ones. */
function press(action, body = {}) {
  if (!action.enabled || model.under) return;
  const bodies = action.steps.map((step, index) => (index === 0 ? { ...body, ...meant(step, model) } : {}));
  const number = model.view.current ? model.view.current.number : '';
  send({ name: action.name, steps: action.steps, bodies, keys: action.steps.map(() => commandKey()), from: 0, number });
}

async function send(pressed) {
  show(underWay(model, { ...pressed, at: performance.now() }));
  setTimeout(draw, SLOW_MS + 10);
  for (let index = pressed.from; index < pressed.steps.length; index += 1) {
    const step = pressed.steps[index];
    try {
      const keyed = { key: pressed.keys[index] };
      if (step === 'reprint') {
        await post(PRINTS, pressed.bodies[index], keyed);
        show(said(model, { number: pressed.number, kiosk: pressed.bodies[index].kiosk }, performance.now()));
        continue;
      }
      show(answered(model, await post(`${path}/${step}`, pressed.bodies[index], keyed), performance.now()));
    } catch (problem) {
      const told = { step, done: pressed.steps.slice(0, index), press: { ...pressed, from: index } };
      show(refused(model, problem, told, performance.now()));
      settleLater();
      if (problem.status) await fetchTruth();
      return;
    }
  }
  show(settled(model, performance.now()));
  settleLater();
}

/** After a refusal the picture was wrong: ask for the right one instead of waiting for a push. */
async function fetchTruth() {
  try {
    const answer = await get(path);
    show(withView(model, told(answer), performance.now()));
  } catch (_) {
    live.refresh(); // the line brings it, or says that it is dead
  }
}

function settleLater() {
  const wait = model.settledAt - performance.now();
  setTimeout(draw, Math.max(0, wait) + 10);
}

// --- pressing ----------------------------------------------------------------------------------------------------

/** A click or a key on an action; `number`: the one in a list that was clicked. */
function run(action, event, number = '') {
  if (event && !mayClick(model, event, performance.now())) return;
  if (!action.enabled) return;
  if (action.asks) ask(action.name, number);
  else press(action);
}

function ask(kind, number) {
  show({ ...model, dialog: opened(kind, model.view, number), problem: null });
  if (needsLists(model.dialog)) loadLists();
}

/** A click on one who waits: the dialog with this number. */
function callNumber(number) {
  const action = offer().find((each) => each.name === 'call' && each.enabled);
  if (action) ask('call', number);
}

/** What a dialog chooses from: services, counters, and who is at them now. */
async function loadLists() {
  const { kind } = model.dialog;
  if (model.dialog.lists === 'failed') inDialog.type({ lists: null });
  let lists = 'failed';
  try {
    lists = kind === 'reprint' ? await get('/api/v1/kiosks') : await queueLists();
  } catch (_) {
    // the dialog says so and offers to try again
  }
  if (model.dialog && model.dialog.kind === kind && model.dialog.lists === null) inDialog.type({ lists });
}

async function queueLists() {
  const [{ services }, { counters }] = await Promise.all([get('/api/v1/services'), get('/api/v1/counters')]);
  return { services, counters };
}

function offer() {
  return offered(model, elapsed());
}

const inDialog = {
  submit(event, ready, body) {
    event.preventDefault();
    const action = offer().find((each) => each.name === model.dialog.kind);
    if (ready && action && action.enabled) press(action, body);
    else if (action && action.reason) show({ ...model, problem: reasonAsProblem(action.reason) });
  },
  type: (fields) => show({ ...model, dialog: { ...model.dialog, ...fields } }),
  load: () => loadLists(),
  cancel: () => show({ ...model, dialog: null, problem: null }),
};

function reasonAsProblem({ key, params }) {
  return { code: 'not_now', title: '', detail: t(key, params), status: 409, step: '', done: [], at: performance.now() };
}

document.addEventListener('keydown', (event) => {
  if (event.repeat && event.target.tagName === 'BUTTON') {
    event.preventDefault(); // Enter held down clicks again and again
    return;
  }
  const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.repeat);
  if (model.dialog && shortcutsOn && plain && event.target.tagName !== 'INPUT' && /^[1-9]$/.test(event.key)) {
    const choice = place('dialog').querySelector(`[data-digit="${event.key}"]`);
    if (choice) choice.click();
    return;
  }
  if (!isShortcut(event, { dialogOpen: model.dialog !== null, shortcutsOn })) return;
  const action = actionForKey(event.key, offer());
  if (!action) return;
  event.preventDefault();
  run(action, null);
});

// --- showing -----------------------------------------------------------------------------------------------------

function elapsed() {
  return elapsedSince(model.view, live.clock.now());
}

function draw() {
  const seconds = elapsed();
  const now = performance.now();
  const other = otherOfficer(model.view, model.user);
  if (model.dialog && !stillAsked()) model = { ...model, dialog: null };
  render(head(model, timeText(live.clock.now(), live.clock.minutes), frame), place('head'));
  if (other) {
    render(takenPart(other), place('ticket'));
    render('', place('lists'));
  } else {
    const does = { run, retry, shortcutsOn, settling: now < model.settledAt, slow: isSlow(now) };
    render(ticketPart(model, seconds, does), place('ticket'));
    const callable = offer().some((each) => each.name === 'call' && each.enabled);
    render(listPart(model, seconds, { ...does, callable, call: callNumber }), place('lists'));
  }
  drawDialog(other);
  tell(other);
}

/** Whether the open dialog may still be answered: its action is on offer, for the ticket it was opened for. */
function stillAsked() {
  return stillFits(model.dialog, model.view) && offer().some((each) => each.name === model.dialog.kind);
}

function isSlow(now) {
  return model.under !== null && now - model.under.at >= SLOW_MS;
}

const frame = {
  get language() {
    return language();
  },
  get shortcutsOn() {
    return shortcutsOn;
  },
  speak: (lang) => setLanguage(lang),
  switchShortcuts() {
    shortcutsOn = !shortcutsOn;
    rememberShortcuts(shortcutsOn);
    draw();
  },
};

function retry() {
  if (model.unanswered) send(model.unanswered);
}

function drawDialog(other) {
  const dialog = place('dialog');
  const wanted = model.dialog !== null && !other;
  render(wanted ? dialogPart(model, inDialog) : '', dialog);
  if (wanted && !dialog.open) {
    dialog.showModal();
    attend(dialog);
  } else if (wanted && !dialog.contains(document.activeElement)) {
    attend(dialog); // what had the focus is gone
  } else if (!wanted && dialog.open) {
    dialog.close();
  }
}

/** The focus goes to what is asked first. */
function attend(dialog) {
  const field = model.dialog.kind === 'call' && model.dialog.number ? 'input[name=reason]' : 'input[name=query]';
  (dialog.querySelector(field) || dialog.querySelector('input:checked') || dialog.querySelector('input, button')).focus();
}

/** The title of the window, and one sentence for those who listen: only when the state moves. */
function tell(other) {
  const { view } = model;
  const counter = pick(view.counter.name);
  const phase = other ? 'taken' : phaseOf(view);
  const number = view.current ? view.current.number : '';
  document.title = number && !other ? `${number} · ${counter}` : `${counter} · ${t(`counter.phase.${phase}`)}`;
  const sentence = other ? t('counter.taken', { officer: other }) : t(`counter.heard.${phase}`, { number });
  if (place('heard').textContent !== sentence) place('heard').textContent = sentence;
}

// --- following ---------------------------------------------------------------------------------------------------

const mark = lineMark(() => live.clock);
const live = follow(page.topic || `counter:${first.counter.id}`, {
  token: page.token || '',
  epoch: page.epoch,
  seq: page.seq,
  now: first.now,
  onView: (view, meta) => show(withView(model, { view, epoch: meta.epoch, seq: meta.seq }, performance.now())),
  onLine(status) {
    mark(status);
    show(withLine(model, status.up));
  },
  onHall: conditionMark(),
  onProblem: (problem) => show({ ...model, problem: { status: 401, done: [], ...problem, at: performance.now() } }),
});

place('dialog').addEventListener('cancel', (event) => {
  event.preventDefault();
  inDialog.cancel();
});
onLanguage(draw);
setInterval(draw, 1000);
draw();
