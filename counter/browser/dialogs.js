// What an action asks before it is sent: which number and why, the reason of a pause, whether to close, and the rest.
import { html, nothing } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { pick, t } from '../../core/web/browser/words.js';
import { choices, errorLine, feet } from './dialog_parts.js';
import { helpForm, restoreForm, unparkForm } from './dialogs_lists.js';
import { addForm, outcomeForm, parkForm, transferForm } from './dialogs_ticket.js';
import { needsReason, standingOf, tidyNumber } from './numbers.js';
import { reprintForm } from './reprint.js';
import { waited } from './times.js';

/** Reasons of a pause that are one press away. */
export const PAUSE_REASONS = Object.freeze(['rest', 'prayer', 'meeting', 'system']);

const say = ({ key, params }) => t(key, params || {});

function standingSentence(view, number) {
  if (!number) return nothing;
  const standing = standingOf(view, number);
  if (!standing.found) return html`<p class="standing-line">${t('counter.ask.call.not_listed', { number })}</p>`;
  const { ticket, before } = standing;
  return html`<p class="standing-line"><strong>${ticket.number}</strong> ${pick(ticket.service_name)} · ${pick(
    ticket.class_name,
  )} · ${say(waited(ticket.waited_seconds))}<br />${
    before === 0 ? t('counter.ask.call.first') : t('counter.ask.call.passes', { n: before })
  }</p>`;
}

function callForm(model, does) {
  const { number, reason } = model.dialog;
  const tidy = tidyNumber(number);
  const asksReason = Boolean(tidy) && needsReason(model.view, tidy);
  const ready = !model.under && tidy && (!asksReason || reason.trim());
  return html`<form @submit=${(event) => does.submit(event, ready, { number: tidy, reason: reason.trim() })}>
    <h2 id="asked">${t('counter.ask.call.title')}</h2>
    <label>${t('counter.ask.call.number')}
      <input class="field number" name="number" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="8"
        required .value=${live(number)} @input=${(event) => does.type({ number: event.target.value })} /></label>
    ${standingSentence(model.view, tidy)}
    <label>${t(asksReason || !tidy ? 'counter.ask.call.reason' : 'counter.ask.call.reason_optional')}
      <input class="field" name="reason" autocomplete="off" maxlength="200" aria-describedby="reason-hint" ?required=${asksReason}
        .value=${live(reason)} @input=${(event) => does.type({ reason: event.target.value })} /></label>
    <p class="hint" id="reason-hint">${t('counter.ask.call.hint')}</p>
    ${errorLine(model.problem)}
    ${feet(model, t('counter.ask.call.do', { number: tidy }), ready, does.cancel)}
  </form>`;
}

function pauseForm(model, does) {
  const { reason } = model.dialog;
  const ready = !model.under && reason.trim();
  const choose = (words) => (event) => does.submit(event, !model.under, { reason: words });
  return html`<form @submit=${(event) => does.submit(event, ready, { reason: reason.trim() })}>
    <h2 id="asked">${t('counter.ask.pause.title')}</h2>
    <p class="hint">${backToQueue(model.view)}${t('counter.ask.pause.hint')}</p>
    ${choices(
      PAUSE_REASONS.map((each) => {
        const words = t(`counter.ask.pause.${each}`);
        return { words, does: choose(words) };
      }),
    )}
    <label>${t('counter.ask.pause.other')}
      <input class="field" name="reason" autocomplete="off" maxlength="120" .value=${live(reason)}
        @input=${(event) => does.type({ reason: event.target.value })} /></label>
    ${errorLine(model.problem)}
    ${feet(model, t('counter.ask.pause.do'), ready, does.cancel)}
  </form>`;
}

function backToQueue(view) {
  if (!view.current || view.current.state !== 'called') return nothing;
  return html`${t('counter.ask.goes_back', { number: view.current.number })} `;
}

function closeForm(model, does) {
  const { view } = model;
  const waiting = view.waiting_count
    ? t('counter.ask.close.waiting', { n: view.waiting_count })
    : t('counter.ask.close.nobody');
  return html`<form @submit=${(event) => does.submit(event, !model.under, {})}>
    <h2 id="asked">${t('counter.ask.close.title', { counter: pick(view.counter.name) })}</h2>
    <p>${waiting}</p>
    ${view.current ? html`<p>${backToQueue(view)}</p>` : nothing}
    ${errorLine(model.problem)}
    ${feet(model, t('counter.ask.close.do'), !model.under, does.cancel)}
  </form>`;
}

/** The last one: the counter closes with the ticket that is here. */
function lastForm(model, does) {
  const { view } = model;
  const { number } = view.current;
  return html`<form @submit=${(event) => does.submit(event, !model.under, { last: true })}>
    <h2 id="asked">${t('counter.ask.last.title', { number })}</h2>
    <p>${t('counter.ask.last.hint', { number, n: view.waiting_count })}</p>
    ${errorLine(model.problem)}
    ${feet(model, t('counter.ask.last.do'), !model.under, does.cancel)}
  </form>`;
}

const FORMS = Object.freeze({
  call: callForm,
  pause: pauseForm,
  close: closeForm,
  last: lastForm,
  park: parkForm,
  transfer: transferForm,
  add: addForm,
  finish: outcomeForm,
  'finish-next': outcomeForm,
  unpark: unparkForm,
  restore: restoreForm,
  help: helpForm,
  reprint: reprintForm,
});

/** The dialog that is open. `does`: `{submit(event, ready, body), type(fields), load, cancel}`. */
export function dialogPart(model, does) {
  if (!model.dialog) return nothing;
  return FORMS[model.dialog.kind](model, does);
}
