// The right half: who waits in the order of calls, who is parked, who was missed, how many have been served.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { timeOf } from '../../core/web/browser/clock.js';
import { listActions } from './actions.js';
import { button, classMark } from './ticket_parts.js';
import { waited } from './times.js';

const say = ({ key, params }) => t(key, params || {});

function row(ticket, index, { elapsed, callable, call }) {
  const inside = html`<span class="place">${index + 1}</span>
    <span class="number">${ticket.number}</span>
    <span class="what"><span class="service" title=${pick(ticket.service_name)}>${pick(ticket.service_name)}</span>${classMark(ticket)}</span>
    <span class="time">${say(waited(ticket.waited_seconds + elapsed))}</span>`;
  return html`<li class=${index === 0 ? 'first' : ''}>
    ${callable
      ? html`<button type="button" class="row" title=${t('counter.call_this', { number: ticket.number })}
          @click=${() => call(ticket.number)}>${inside}</button>`
      : html`<span class="row">${inside}</span>`}
  </li>`;
}

function waitingList(view, elapsed, { callable, call }) {
  if (view.waiting.length === 0) return html`<p class="none">${t('counter.nobody_waits')}</p>`;
  const rest = view.waiting_count - view.waiting.length;
  return html`<ol class="waiting" tabindex="0" aria-labelledby="waiting">
      ${view.waiting.map((ticket, index) => row(ticket, index, { elapsed, callable, call }))}
      ${rest > 0 ? html`<li class="none">${t('counter.and_more', { n: rest })}</li>` : nothing}
    </ol>`;
}

/** The action of a list beside its heading, with its key. */
function headAction(action, does) {
  return action ? button(action, 'desk', does) : nothing;
}

function when(ticket) {
  const [key, instant] = ticket.until ? ['counter.parked_until', ticket.until] : ['counter.parked_since', ticket.parked_at];
  return t(key, { time: timeOf(instant) });
}

function parkedList(view, action, does) {
  if (view.parked.length === 0) return nothing;
  return html`<section class="set-aside" aria-labelledby="parked">
    <div class="heading"><h2 id="parked">${t('counter.parked')} <span class="count">${view.parked.length}</span></h2>
      ${headAction(action, does)}</div>
    <ul class="parked" tabindex="0" aria-labelledby="parked">${view.parked.map((ticket) => {
      const inside = html`<span class="number">${ticket.number}</span>
        <span class="service">${pick(ticket.service_name)}</span>
        <span class="time">${when(ticket)}</span>`;
      return html`<li>${action && action.enabled
        ? html`<button type="button" class="row" title=${t('counter.resume_this', { number: ticket.number })}
            @click=${(event) => does.run(action, event, ticket.number)}>${inside}</button>`
        : html`<span class="row">${inside}</span>`}</li>`;
    })}</ul>
  </section>`;
}

function missedList(view, action, does) {
  if (view.missed.length === 0) return nothing;
  return html`<section class="set-aside" aria-labelledby="missed">
    <div class="heading"><h2 id="missed">${t('counter.missed')} <span class="count">${view.missed.length}</span></h2>
      ${headAction(action, does)}</div>
    <ul class="missed">${view.missed.map(
      (ticket) => html`<li>${action && action.enabled
        ? html`<button type="button" class="missed-number" title=${t('counter.restore_this', { number: ticket.number })}
            @click=${(event) => does.run(action, event, ticket.number)}>${ticket.number}</button>`
        : html`<span title=${pick(ticket.service_name)}>${ticket.number}</span>`}</li>`,
    )}</ul>
  </section>`;
}

function helpingLine(view) {
  if (view.helping.length === 0) return nothing;
  const names = view.helping.map((each) => pick(each.name)).join(', ');
  return html`<p class="helping" title=${names}><span class="term">${t('counter.helping')}</span> ${names}</p>`;
}

/** The lists. `does`: `{call(number), callable, run(action, event, number), shortcutsOn, slow}`. */
export function listPart(model, elapsed, does) {
  const { view } = model;
  const offer = listActions(model);
  const named = (name) => offer.find((each) => each.name === name);
  return html`<div class="lists">
    <section class="queue" aria-labelledby="waiting">
      <h2 id="waiting">${t('counter.waiting')}<span class="count">${view.waiting_count}</span></h2>
      ${helpingLine(view)}
      ${waitingList(view, elapsed, does)}
    </section>
    ${parkedList(view, named('unpark'), does)}
    ${missedList(view, named('restore'), does)}
    <p class="served"><span>${t('counter.served_today')}</span><span class="count">${view.served_today}</span></p>
  </div>`;
}
