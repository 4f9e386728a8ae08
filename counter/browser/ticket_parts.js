// The left half: the ticket at the counter, and everything that may be done.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { companions, counterActions, dominant, phaseOf, ticketActions, undoAction } from './actions.js';
import { problemWords } from './dialog_parts.js';
import { isNews } from './desk.js';
import { saidLine } from './reprint.js';
import { since, ticking, waited } from './times.js';

/** The reason of a pause that nobody asked for. */
const CUT_OFF = 'cut off';

const say = ({ key, params }) => t(key, params || {});

/** Class and mark of a ticket: a sign and a word, never colour alone. */
export function classMark(ticket) {
  return html`<span class="class ${ticket.mark ? 'marked' : ''}">${
    ticket.mark ? html`<span class="sign" aria-hidden="true">◆</span>` : nothing
  }${pick(ticket.class_name)}</span>`;
}

/** The key of an action as a cap. */
export function keycap(key, on) {
  return on ? html`<kbd>${key.toUpperCase()}</kbd>` : nothing;
}

/** Where the reason of a button that may not be pressed is put: the line's once, the desk's small. */
function whyNot(action, look, id) {
  if (!action.reason) return action.note ? html`<span class="why-not" id=${id}>${say(action.note)}</span>` : nothing;
  const quiet = look === 'desk' || (action.reason.key === 'counter.why_not.line' && look !== 'dominant');
  return html`<span class="why-not ${quiet ? 'visually-hidden' : ''}" id=${id}>${say(action.reason)}</span>`;
}

/** One button. It stays focusable when it may not be pressed, and says why. */
export function button(action, look, { run, shortcutsOn, slow }) {
  const id = `why-not-${action.name}`;
  return html`<span class="act ${look}">
    <button
      type="button"
      class="button ${look} ${look === 'dominant' ? 'primary' : ''} ${action.settling ? 'settling' : ''}"
      data-action=${action.name}
      title=${action.reason ? say(action.reason) : nothing}
      aria-disabled=${action.enabled ? 'false' : 'true'}
      aria-busy=${action.under ? 'true' : 'false'}
      aria-describedby=${action.reason || action.note ? id : nothing}
      aria-keyshortcuts=${shortcutsOn ? action.key.toUpperCase() : nothing}
      @click=${(event) => run(action, event)}
    ><span class="label">${action.under && slow ? t('counter.sending') : t(action.words, action.params)}</span>${keycap(action.key, shortcutsOn)}</button>
    ${whyNot(action, look, id)}
  </span>`;
}

function fact(word, value, extra = '') {
  return html`<div class="fact ${extra}"><dt>${word}</dt><dd>${value}</dd></div>`;
}

function times(view, elapsed) {
  const { current } = view;
  const [key, instant] =
    current.state === 'serving'
      ? ['counter.since_started', current.started_at]
      : ['counter.since_called', current.called_at];
  return html`<dl class="facts">
    ${fact(t(key), ticking(since(view, instant, elapsed)), 'running')}
    ${fact(t('counter.has_waited'), say(waited(current.waited_seconds)))}
    ${current.sender ? fact(t('counter.sender'), current.sender) : nothing}
    ${fact(t('counter.language'), t(`counter.lang.${current.lang}`), current.lang === 'id' ? '' : 'foreign')}
    ${current.recalls ? fact(t('counter.recalled'), t('counter.times', { n: current.recalls })) : nothing}
  </dl>`;
}

function atCounter(view, elapsed) {
  const { current } = view;
  return html`<div class="hero">
      <p class="number ${isNews(view, elapsed) ? 'news' : ''}">${current.number}</p>
      <div class="about">
        <h2>${pick(current.service_name)}</h2>
        <p>${classMark(current)}</p>
      </div>
    </div>
    ${times(view, elapsed)}
    ${current.why
      ? html`<p class="why"><span class="term">${t('counter.why')}</span> ${pick(current.why.sentence)}</p>`
      : nothing}
    ${current.to_come.length
      ? html`<p class="why"><span class="term">${t('counter.to_come')}</span> ${current.to_come
          .map((each) => pick(each.name))
          .join(' → ')}</p>`
      : nothing}`;
}

/** Why the counter rests: the officer's own words, or that the hall lost this workstation. */
function pauseReason({ state, pause_reason: reason }) {
  if (state !== 'paused' || !reason) return nothing;
  if (reason === CUT_OFF) return html`<p>${t('counter.cut_off')}</p>`;
  return html`<p><span class="term">${t('counter.reason')}</span> ${reason}</p>`;
}

function nobodyAtCounter(view, elapsed) {
  if (view.state !== 'open') {
    return html`<div class="rest"><h2 class="word" id="phase">${t(`counter.phase.${view.state}`)}</h2>
      ${pauseReason(view)}
      <p>${waitingSentence(view)}</p></div>`;
  }
  if (!view.next) {
    return html`<div class="rest"><h2 class="word" id="phase">${t('counter.rest.nobody')}</h2>
      <p>${t('counter.rest.nobody_hint')}</p></div>`;
  }
  return html`<div class="hero coming">
      <p class="number">${view.next.number}</p>
      <div class="about">
        <h2>${pick(view.next.service_name)}</h2>
        <p>${classMark(view.next)}</p>
      </div>
    </div>
    <dl class="facts">${fact(t('counter.waits'), say(waited(view.next.waited_seconds + elapsed)))}</dl>`;
}

function waitingSentence(view) {
  return view.waiting_count === 0 ? t('counter.rest.none_wait') : t('counter.rest.some_wait', { n: view.waiting_count });
}

/** What a refusal says: beside the action that was refused, with what was carried out before it. */
function problemLine(model, { retry }) {
  const { problem } = model;
  if (!problem || model.dialog) return nothing; // a dialog shows it itself
  const silent = problem.status === 0;
  const words = problemWords(problem);
  return html`<p class="problem">
    <span class="sign" aria-hidden="true">!</span>
    <span>${problem.done.includes('finish') ? html`${t('counter.finished_but')} ` : nothing}${words}
      ${problem.status === 401
        ? html` <a href=${`/staff/login?next=/counter/${model.view.counter.id}`}>${t('counter.sign_in_again')}</a>`
        : nothing}</span>
    ${model.unanswered
      ? html`<button type="button" class="button" @click=${retry}>${t('common.retry')}</button>`
      : nothing}
  </p>`;
}

/** Where the counter stands, and what can be taken back: a line that is always there, so that nothing moves. */
function topLine(model, elapsed, does) {
  const { view } = model;
  const phase = phaseOf(view);
  const named = view.current || (phase === 'free' && view.next);
  const undo = undoAction(model, elapsed);
  return html`<div class="top">
    ${named ? html`<p class="eyebrow" id="phase">${t(`counter.phase.${phase}`)}</p>` : nothing}
    ${undo ? button(spoken(undo), 'undo', does) : nothing}
  </div>`;
}

/** What would be taken back, in words. */
function spoken(undo) {
  const { what, number, seconds } = undo.params;
  return { ...undo, params: { seconds, done: t(`counter.undone.${what}`, { number }) } };
}

/** Shut for a moment after each answer, without turning grey: the second click of a double click meets it. */
function settle(action, settling) {
  return settling && action.enabled ? { ...action, enabled: false, settling } : action;
}

/** The ticket at the counter and the actions. `does`: `{run, retry, shortcutsOn, settling, slow}`. */
export function ticketPart(model, elapsed, does) {
  const { view } = model;
  const main = dominant(model);
  const further = ticketActions(model);
  return html`<section class="ticket ${phaseOf(view)}" aria-labelledby="phase">
    ${topLine(model, elapsed, does)}
    ${view.current ? atCounter(view, elapsed) : nobodyAtCounter(view, elapsed)}
    <div class="doing">
      <div class="beside" role="alert" aria-atomic="true">${problemLine(model, does)}${
        model.problem ? nothing : saidLine(model, performance.now())
      }</div>
      <div class="now" role="group" aria-label=${t('counter.actions')}>
        ${button(settle(main, does.settling), 'dominant', does)}
        ${companions(model, elapsed).map((each) => button(each, 'companion', does))}
      </div>
      ${further.length
        ? html`<div class="desk" role="group" aria-label=${t('counter.further_actions')}>
            ${further.map((each) => button(each, 'desk', does))}
          </div>`
        : html`<div class="desk"></div>`}
      <div class="desk" role="group" aria-label=${t('counter.counter_actions')}>
        ${counterActions(model).map((each) => button(each, 'desk', does))}
        ${view.closing && view.current
          ? html`<p class="closing">${t('counter.closing', { number: view.current.number })}</p>`
          : nothing}
      </div>
    </div>
  </section>`;
}
