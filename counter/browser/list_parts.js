// The right half: who waits in the order of calls, who was missed, and how many have been served.
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { classMark } from './ticket_parts.js';
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

function missedList(view) {
  if (view.missed.length === 0) return nothing;
  return html`<section class="missed" aria-labelledby="missed">
    <h2 id="missed">${t('counter.missed')}<span class="count">${view.missed.length}</span></h2>
    <ul>${view.missed.map((ticket) => html`<li title=${pick(ticket.service_name)}>${ticket.number}</li>`)}</ul>
  </section>`;
}

/** The lists. `does`: `{call(number), callable}`. */
export function listPart(model, elapsed, does) {
  const { view } = model;
  return html`<div class="lists">
    <section class="queue" aria-labelledby="waiting">
      <h2 id="waiting">${t('counter.waiting')}<span class="count">${view.waiting_count}</span></h2>
      ${waitingList(view, elapsed, does)}
    </section>
    ${missedList(view)}
    <p class="served"><span>${t('counter.served_today')}</span><span class="count">${view.served_today}</span></p>
  </div>`;
}
