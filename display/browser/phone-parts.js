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

const AT_COUNTER = ['called', 'serving'];

/**
 * Why somebody who was called waits once more: `sent` on, `back` from fetching something, `called_back`; '' otherwise.
 * @param {string} moved  what was said until now, kept as long as the same wait lasts
 */
export function movedBy(before, next, moved) {
  if (next.state !== 'waiting') return '';
  if (before.state === 'parked') return 'back';
  if (!AT_COUNTER.includes(before.state)) return moved;
  const same = before.service === next.service && before.zone === next.zone;
  return before.state === 'called' && same ? 'called_back' : 'sent';
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

function waiting(ticket, moved) {
  const { median_minutes: low, p80_minutes: high } = ticket.forecast;
  const words = { service: pick(ticket.service_name), zone: pick(ticket.zone_name), floor: ticket.floor };
  if (ticket.callers === 'none') return html`<p class="sentence">${t('phone.callers_none')}</p>`;
  return html`${moved ? html`<p class="moved">${t(`phone.moved.${moved}`, words)}</p>` : nothing}
    <p class="sentence">${aheadText(ticket.ahead)}</p>
    <p class="expect"><span>${t('phone.expect')}</span> <b class="figures">${rangeText(ticket.forecast)}</b></p>
    ${ticket.callers === 'others' ? html`<p class="soft">${t('phone.callers_others')}</p>` : nothing}
    ${low >= 1 && high > low ? html`<p class="soft">${t('phone.expect_hint', { high })}</p>` : nothing}`;
}

function yourTurn(ticket) {
  return html`<p class="sentence">${t('phone.your_turn')}</p>
    <p class="counter number">${pick(ticket.counter_name)}</p>
    <p>${t('phone.go_now', { counter: pick(ticket.counter_name) })}</p>
    ${ticket.called_at ? html`<p class="figures">${t('phone.called_at', { time: timeOf(ticket.called_at) })}</p>` : nothing}`;
}

function state(ticket, moved) {
  const counter = pick(ticket.counter_name);
  const parts = {
    waiting: () => waiting(ticket, moved),
    called: () => yourTurn(ticket),
    serving: () => html`<p class="sentence">${t('phone.serving', { counter })}</p>`,
    parked: () => html`<p class="sentence">${t('phone.parked', { counter })}</p>`,
    missed: () => html`<p class="sentence">${counter ? t('phone.missed_at', { counter }) : t('phone.missed')}</p>`,
  };
  const part = parts[ticket.state] || (() => html`<p class="sentence">${t(`phone.${ticket.state}`)}</p>`);
  return html`<section class="state" role="status" aria-live="assertive">${part()}</section>`;
}

function facts(ticket) {
  const place = t('phone.place', { zone: pick(ticket.zone_name), floor: ticket.floor });
  const here = ticket.state === 'waiting' ? 'phone.where' : 'phone.where_now';
  return html`<dl class="facts">
    ${ENDED.includes(ticket.state) ? nothing : html`<dt>${t(here)}</dt><dd class="place">${place}</dd>`}
    <dt>${t('phone.service')}</dt><dd>${pick(ticket.service_name)}</dd>
    ${ticket.to_come.length && !ENDED.includes(ticket.state)
      ? html`<dt>${t('phone.to_come')}</dt>
          <dd><ol>${ticket.to_come.map((one) => html`<li>${pick(one.name)}</li>`)}</ol></dd>`
      : nothing}
    ${ticket.requirements.length && !ENDED.includes(ticket.state)
      ? html`<dt>${t('phone.ready')}</dt>
          <dd><ul>${ticket.requirements.map((one) => html`<li>${pick(one)}</li>`)}</ul></dd>`
      : nothing}
    <dt class="visually-hidden">${t('common.number')}</dt>
    <dd class="soft figures">${t('phone.issued', { time: timeOf(ticket.issued_at) })}</dd>
  </dl>`;
}

const NO_MESSAGES = { denied: 'phone.notify_denied', install: 'phone.notify_install', none: 'phone.notify_none' };

/** Messages to a closed page, or plainly why there are none. */
function messagePart({ messages, ahead, onMessages, onNoMessages }) {
  const { is, busy, failed } = messages;
  if (NO_MESSAGES[is]) return html`<p class="soft">${t(NO_MESSAGES[is])}</p>`;
  if (is === 'on') {
    return html`<p class="soft" role="status">${t('phone.notify_on')}</p>
      <button class="button plain" ?disabled=${busy} @click=${onNoMessages}>${t('phone.notify_off')}</button>`;
  }
  if (is !== 'ask') return nothing;
  const what = ahead ? t('phone.notify_what', { count: ahead }) : t('phone.notify_what_call');
  return html`<button class="button" id="notify" ?disabled=${busy} @click=${onMessages}>${t('phone.notify')}</button>
    ${failed ? html`<p class="problem" role="alert">${t('phone.notify_failed')}</p>` : html`<p class="soft">${what}</p>`}`;
}

function soundPart(given) {
  const { ticket, sound, onSound } = given;
  if (ticket.state !== 'waiting') return nothing;
  return html`<section class="sound">
    ${sound
      ? html`<p class="soft" role="status">${t('phone.sound_is_on')}</p>`
      : html`<button class="button primary" @click=${onSound}>${t('phone.sound_on')}</button>
          <p class="soft">${t('phone.keep_open')}</p>`}
    ${messagePart(given)}
  </section>`;
}

const WISHES = { postpone: 'phone.pass', cancel: 'phone.leave' };

/** The id of the button that asks for a wish: the focus returns there. */
export function askId(wish) {
  return wish === 'cancel' ? 'ask' : `ask-${wish}`;
}

/** What the holder may wish, each asked again before it is sent. */
function wishPart({ ticket, asking, busy, problem, onAsk, onStay, onWish }) {
  const wishes = Object.keys(WISHES).filter((wish) => ticket.actions.includes(wish));
  const trouble = problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing;
  if (!asking) {
    if (!wishes.length) return problem ? html`<section class="leave">${trouble}</section>` : nothing;
    return html`<section class="leave">${trouble}
      ${wishes.map((wish) => html`<button class="button ${wish === 'cancel' ? 'plain' : ''}" id=${askId(wish)}
        @click=${() => onAsk(wish)}>${t(WISHES[wish])}</button>
        ${wish === 'postpone' ? html`<p class="soft">${t('phone.pass_hint')}</p>` : nothing}`)}</section>`;
  }
  const words = WISHES[asking];
  return html`<section class="leave" role="alertdialog" aria-labelledby="wish-ask">
    <p id="wish-ask">${t(`${words}_ask`, { number: ticket.number })}</p>${trouble}
    <button class="button" id="stay" @click=${onStay}>${t(`${words}_no`)}</button>
    <button class="button ${asking === 'cancel' ? 'danger' : ''}" ?disabled=${busy}
      @click=${() => onWish(asking)}>${t(`${words}_yes`)}</button>
  </section>`;
}

/** What is shown is old: says so, and when it was true. */
function stalePart(stale) {
  return stale ? html`<p class="stale">${t('phone.kept', { time: stale })}</p>` : nothing;
}

/** The whole page. `stale`: the time of the last news, where there is no line; '' otherwise. */
export function phone(given) {
  const { ticket, stale } = given;
  return html`<div class="is-${ticket.state} ${stale ? 'is-stale' : ''}">
    ${head(ticket, given.onLanguage)}${hero(ticket)}${stalePart(stale)}${state(ticket, given.moved)}
    ${stale ? html`<p class="soft watch">${t('phone.hint_dead')}</p>` : soundPart(given)}
    ${facts(ticket)}${stale ? nothing : wishPart(given)}
  </div>`;
}

/** The page of a number whose day is over, or that the hall does not know. @param {string} date  '' where unknown */
export function gone({ ticket, date, onLanguage }) {
  return html`<div class="is-expired">
    ${head(ticket, onLanguage)}${hero(ticket)}
    <section class="state" role="status" aria-live="assertive">
      <p class="sentence">${t('phone.gone')}</p>
      <p class="expect">${date ? t('phone.gone_day', { date }) : t('phone.gone_why')}</p>
    </section>
  </div>`;
}
