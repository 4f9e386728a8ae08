// The phone's page of one ticket, part by part.
import { html, nothing } from 'lit-html';
import { timeOf } from '../../core/web/browser/clock.js';
import { otherLanguage, pick, t } from '../../core/web/browser/words.js';

/** States in which nothing more happens to the ticket. */
export const ENDED = ['done', 'cancelled', 'expired'];

/** How many are ahead, in words. */
export function aheadText(ahead) {
  if (ahead === 0) return t('phone.ahead_none');
  return ahead === 1 ? t('phone.ahead_one') : t('phone.ahead_many', { count: ahead });
}

/** The range of the wait; one number where both ends are the same. */
export function rangeText({ median_minutes: low, p80_minutes: high }) {
  if (low < 1) return t('common.minutes_less', { count: Math.max(high, 1) });
  return low === high ? t('common.minutes', { count: high }) : t('common.minutes_range', { low, high });
}

function head(ticket, onLanguage) {
  const other = otherLanguage();
  return html`<header class="head">
    <p class="agency">${pick(ticket.agency_name)}</p>
    <button class="button language" lang=${other} @click=${() => onLanguage(other)}>${t(`common.language_${other}`)}</button>
  </header>`;
}

function hero(ticket) {
  return html`<section class="hero">
    <h1><span class="label">${t('phone.your_number')}</span>
      <span class="number ${ticket.number.length > 4 ? 'long' : ''}">${ticket.number}</span></h1>
    ${ticket.mark ? html`<p class="priority">${t('phone.priority')}</p>` : nothing}
  </section>`;
}

function waiting(ticket) {
  const { median_minutes: low, p80_minutes: high } = ticket.forecast;
  return html`<p class="sentence">${aheadText(ticket.ahead)}</p>
    <p class="expect"><span>${t('phone.expect')}</span> <b class="figures">${rangeText(ticket.forecast)}</b></p>
    ${low >= 1 && high > low ? html`<p class="soft">${t('phone.expect_hint', { high })}</p>` : nothing}`;
}

function yourTurn(ticket) {
  return html`<p class="sentence">${t('phone.your_turn')}</p>
    <p class="counter number">${pick(ticket.counter_name)}</p>
    <p>${t('phone.go_now', { counter: pick(ticket.counter_name) })}</p>
    ${ticket.called_at ? html`<p class="figures">${t('phone.called_at', { time: timeOf(ticket.called_at) })}</p>` : nothing}`;
}

function state(ticket) {
  const parts = {
    waiting: () => waiting(ticket),
    called: () => yourTurn(ticket),
    serving: () => html`<p class="sentence">${t('phone.serving', { counter: pick(ticket.counter_name) })}</p>`,
  };
  const part = parts[ticket.state] || (() => html`<p class="sentence">${t(`phone.${ticket.state}`)}</p>`);
  return html`<section class="state" role="status" aria-live="assertive">${part()}</section>`;
}

function facts(ticket) {
  const place = t('phone.place', { zone: pick(ticket.zone_name), floor: ticket.floor });
  const here = { waiting: 'phone.where', called: 'phone.where_now', serving: 'phone.where_now' }[ticket.state];
  return html`<dl class="facts">
    ${here ? html`<dt>${t(here)}</dt><dd class="place">${place}</dd>` : nothing}
    <dt>${t('phone.service')}</dt><dd>${pick(ticket.service_name)}</dd>
    ${ticket.requirements.length && !ENDED.includes(ticket.state)
      ? html`<dt>${t('phone.ready')}</dt>
          <dd><ul>${ticket.requirements.map((one) => html`<li>${pick(one)}</li>`)}</ul></dd>`
      : nothing}
    <dt class="visually-hidden">${t('common.number')}</dt>
    <dd class="soft figures">${t('phone.issued', { time: timeOf(ticket.issued_at) })}</dd>
  </dl>`;
}

function soundPart({ ticket, sound, onSound }) {
  if (ticket.state !== 'waiting') return nothing;
  return html`<section class="sound">
    ${sound
      ? html`<p class="soft" role="status">${t('phone.sound_is_on')}</p>`
      : html`<button class="button primary" @click=${onSound}>${t('phone.sound_on')}</button>
          <p class="soft">${t('phone.keep_open')}</p>`}
  </section>`;
}

function leavePart({ ticket, asking, busy, problem, onAsk, onStay, onLeave }) {
  if (!ticket.actions.includes('cancel')) return nothing;
  const trouble = problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing;
  if (!asking) {
    return html`<section class="leave">${trouble}<button class="button plain" id="ask" @click=${onAsk}>${t('phone.leave')}</button></section>`;
  }
  return html`<section class="leave" role="alertdialog" aria-labelledby="leave-ask">
    <p id="leave-ask">${t('phone.leave_ask', { number: ticket.number })}</p>${trouble}
    <button class="button" id="stay" @click=${onStay}>${t('phone.leave_no')}</button>
    <button class="button danger" ?disabled=${busy} @click=${onLeave}>${t('phone.leave_yes')}</button>
  </section>`;
}

/** The whole page. */
export function phone(given) {
  const { ticket } = given;
  return html`<div class="is-${ticket.state}">
    ${head(ticket, given.onLanguage)}${hero(ticket)}${state(ticket)}
    ${soundPart(given)}${facts(ticket)}${leavePart(given)}
  </div>`;
}
