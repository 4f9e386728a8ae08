// The officer's desk as a value: what the server last said, and what is under way. Pure functions, no clock, no page.

/** A second click of a double click must not meet the button that came after the first one. */
export const SETTLE_MS = 350;

/** An error stays this long, even when the truth that follows it shows another state. */
export const ERROR_MS = 6000;

/** An answer that takes longer is waited for in words. */
export const SLOW_MS = 300;

/** A call is news for this long; only then is it marked in gold. */
export const NEWS_SECONDS = 10;

/** The desk when the page opens. Below, `at` is always a monotonic instant of this browser, milliseconds. */
export function desk({ view, epoch = null, seq = 0, user }) {
  return {
    view,
    epoch,
    seq,
    user,
    line: 'live',
    under: null,
    settledAt: 0,
    problem: null,
    unanswered: null,
    dialog: null,
  };
}

/** Whether a pushed view is news: a server that started anew always is, otherwise only a later one. */
export function isNewer(model, { epoch, seq }) {
  if (seq === undefined || seq === null) return true;
  if (epoch !== undefined && epoch !== null && epoch !== model.epoch) return true;
  return seq >= model.seq;
}

/** The desk with a view of the server, unless it is older than what is shown. */
export function withView(model, { view, epoch, seq }, at) {
  if (!view || !isNewer(model, { epoch, seq })) return model;
  const moved = standing(view) !== standing(model.view);
  return {
    ...model,
    view,
    epoch: epoch === undefined || epoch === null ? model.epoch : epoch,
    seq: seq === undefined || seq === null ? model.seq : seq,
    problem: moved ? stillSaid(model.problem, at) : model.problem,
    unanswered: moved ? null : model.unanswered,
    settledAt: moved ? at + SETTLE_MS : model.settledAt,
  };
}

function stillSaid(problem, at) {
  return problem && at - problem.at < ERROR_MS ? problem : null;
}

/** What an action would act on; when it moves, an old error no longer speaks of what is seen. */
function standing(view) {
  const current = view.current ? `${view.current.id} ${view.current.state}` : '';
  return `${view.state} ${view.officer || ''} ${current}`;
}

/** The desk when the line to the server went or came back. */
export function withLine(model, up) {
  const line = up ? 'live' : 'lost';
  return line === model.line ? model : { ...model, line };
}

/** The desk while a press is under way. `press`: `{name, steps, body, key}`. */
export function underWay(model, press) {
  return { ...model, under: press, problem: null, unanswered: null };
}

/** An answer of the API is the view itself, with its place in the log. */
export function told(answer) {
  return { view: answer, epoch: answer.epoch, seq: answer.seq };
}

/** The desk after the server's answer to a step. */
export function answered(model, answer, at) {
  const shown = withView(model, told(answer), at);
  return { ...shown, problem: null };
}

/** The desk when everything of a press has been answered; the dialog that asked for it is done. */
export function settled(model, at) {
  return { ...model, under: null, settledAt: at + SETTLE_MS, dialog: null };
}

/**
 * The desk after a refusal. `step`: which action was refused; `done`: the steps before it that were carried out.
 * Without an answer (`status` 0) the press is kept, so that it can be sent again under the same key.
 */
export function refused(model, problem, { step, done = [], press }, at) {
  const silent = !problem.status;
  return {
    ...model,
    under: null,
    settledAt: at + SETTLE_MS,
    problem: {
      code: problem.code || 'unknown',
      title: problem.title || '',
      detail: problem.detail || '',
      status: problem.status || 0,
      found: (problem.body && problem.body.state) || '',
      number: (problem.body && problem.body.number) || '',
      step,
      done,
      at,
    },
    unanswered: silent ? press : null,
  };
}

/** Whether a click may act: not the second of a double click, nor within the settling time. */
export function mayClick(model, { detail = 1 }, at) {
  return detail < 2 && at >= model.settledAt;
}

/** Whether the called ticket was announced just now. `elapsed`: seconds since the view was made. */
export function isNews(view, elapsed) {
  if (!view.current || view.current.state !== 'called') return false;
  const age = (Date.parse(view.now) - Date.parse(view.current.announced_at)) / 1000 + elapsed;
  return age < NEWS_SECONDS;
}
