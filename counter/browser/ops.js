// The supervisor's page: follows the printers, sends each press once, tells the result beside it.
import { render } from 'lit-html';
import { commandKey, post } from '../../core/web/browser/api.js';
import { timeText } from '../../core/web/browser/clock.js';
import { conditionMark } from '../../core/web/browser/condition.js';
import { lineMark } from '../../core/web/browser/line.js';
import { follow } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { language, onLanguage, pick, setLanguage, t } from '../../core/web/browser/words.js';
import { aged, answered, pressed, refused, under, watch, withView } from './ops_model.js';
import { alerts, head, printers } from './ops_parts.js';

const page = settings();
const first = snapshot();
const place = (id) => document.getElementById(id);
const chosen = new Map(); // job → the kiosk at which its paper is to come out

let model = watch(first, { mayAct: page.may_act === true });
let newest = '';

function show(next) {
  model = next;
  draw();
}

async function press(job, action) {
  if (under(model, job.job)) return;
  show(pressed(model, job.job, action, commandKey()));
  // What is shown: a colleague may have had it printed meanwhile, and nobody wants a second copy.
  const kiosk = does.place(job);
  const body = action === 'print' ? { state: job.state, ...(kiosk ? { kiosk } : {}) } : {};
  try {
    await post(`/api/v1/jobs/${encodeURIComponent(job.job)}/${action}`, body, { key: model.presses[job.job].key });
    show(answered(model, job.job, { number: job.number, printer: job.printer }, performance.now()));
  } catch (problem) {
    show(refused(model, job.job, problem, performance.now()));
  }
}

const does = {
  press,
  place: (job) => chosen.get(job.job) || job.kiosk || '',
  choose(job, kiosk) {
    chosen.set(job.job, kiosk);
    draw();
  },
};

function draw() {
  document.title = model.view.alerts.length ? `(${model.view.alerts.length}) ${t('ops.title')}` : t('ops.title');
  const now = live.clock.now();
  const time = timeText(now, live.clock.minutes);
  render(head({ user: page.user ? page.user.name : '', language: language(), speak: setLanguage, time }), place('head'));
  render(alerts(model, now), place('alerts'));
  render(printers(model, now, does), place('printers'));
}

/** For those who listen: the newest alert, once. */
function tell() {
  const alert = model.view.alerts[0];
  const name = alert ? `${alert.code} ${alert.printer} ${alert.job} ${alert.at}` : '';
  if (name === newest) return;
  newest = name;
  place('heard').textContent = alert ? pick(alert.sentence) : t('ops.calm');
}

const mark = lineMark(() => live.clock);
const live = follow('ops', {
  epoch: page.epoch,
  seq: page.seq,
  now: first.now,
  onView: (view) => {
    show(withView(model, view));
    tell();
  },
  onLine: mark,
  onHall: conditionMark(),
});

onLanguage(draw);
setInterval(() => show(aged(model, performance.now())), 1_000);
newest = first.alerts[0] ? `${first.alerts[0].code} ${first.alerts[0].printer} ${first.alerts[0].job} ${first.alerts[0].at}` : '';
draw();
