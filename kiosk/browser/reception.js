// The reception: staff give numbers by hand, with paper at a kiosk's printer or without.
import { render } from 'lit-html';
import { commandKey, get, post } from '../../core/web/browser/api.js';
import { conditionMark } from '../../core/web/browser/condition.js';
import { lineMark } from '../../core/web/browser/line.js';
import { follow, watchHall } from '../../core/web/browser/live.js';
import { settings, snapshot } from '../../core/web/browser/page.js';
import { language, onLanguage, setLanguage, t } from '../../core/web/browser/words.js';
import { asked, chosenService, gave, ready, reception, refused, wish, wished, withAnswer, withPapers, withStates } from './giving.js';
import { choice, given, head } from './giving_parts.js';
import { index } from './match.js';

const PAPER = 'antrean.reception.paper';
const page = settings();
const first = snapshot();
const entries = index(first.agencies, first.services);
const place = (id) => document.getElementById(id);

/** The printer of this desk, kept on this machine; private mode keeps none. */
const printer = {
  read() {
    try {
      return localStorage.getItem(PAPER) || '';
    } catch (_) {
      return '';
    }
  },
  keep(paper) {
    try {
      localStorage.setItem(PAPER, paper);
    } catch (_) {
      // it lasts as long as the page
    }
  },
};

let desk = reception(first, { lang: 'id', paper: printer.read() });
let papers = []; // what the line last told of papers; it may come before the answer that names the job
let line = null;
const condition = conditionMark();

function show(next) {
  desk = next;
  draw();
}

/** The line of the kiosk that prints for this desk: its papers, and the state of its services. */
function listen() {
  if (line) line.close();
  line = null;
  const kiosk = desk.paper || page.kiosk;
  if (!kiosk) {
    watchHall(condition);
    return;
  }
  const mark = lineMark(() => line.clock);
  line = follow(`kiosk:${kiosk}`, {
    now: first.now,
    onView: (view) => {
      papers = view.jobs;
      show(withPapers(withStates(desk, view.services), papers));
    },
    onLine: mark,
    onHall: condition,
  });
}

async function give() {
  show(asked(desk, commandKey()));
  try {
    const answer = await post('/api/v1/tickets', wish(desk), { key: desk.key });
    show(withPapers(gave(desk, answer), papers));
    place('choice').querySelector('[name=query]').focus();
  } catch (problem) {
    show(refused(desk, problem));
  }
  look();
}

/** What was seen may no longer be the truth. */
async function look() {
  try {
    const { services } = await get('/api/v1/services'); // first: the desk may be another by then
    show(withStates(desk, services));
  } catch (_) {
    // the line brings it
  }
}

/** Print a paper (again), or say that it is there. */
async function about({ job }, action) {
  place('choice').querySelector('[name=query]').focus(); // the button goes
  const body = action === 'print' && desk.paper ? { kiosk: desk.paper } : {};
  const before = papers;
  try {
    const answer = await post(`/api/v1/jobs/${job}/${action}`, body);
    const shown = withAnswer({ ...desk, problem: null }, job, answer);
    // The line may have told already that it is printed: the answer is older than that.
    show(papers === before ? shown : withPapers(shown, papers));
  } catch (problem) {
    show({ ...desk, problem });
  }
}

const does = {
  type(fields) {
    const before = desk.paper;
    show(wished(desk, fields));
    if (desk.paper === before) return;
    printer.keep(desk.paper);
    papers = [];
    listen();
  },
  /** The first Enter takes the first that was found, the next one gives the number. */
  submit(event, found) {
    event.preventDefault();
    if (!desk.chosen && desk.query.trim() && found) does.type({ chosen: found.id });
    else if (ready(desk)) give();
    else if (chosenService(desk)) look();
  },
};

function draw() {
  document.title = t('reception.title');
  render(head({ user: page.user ? page.user.name : '', language: language(), speak: setLanguage }), place('head'));
  render(choice(desk, entries, does), place('choice'));
  render(given(desk, about), place('given'));
}

onLanguage(draw);
listen();
draw();
place('choice').querySelector('[name=query]').focus();
