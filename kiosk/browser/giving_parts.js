// The reception's page, part by part: the choice on the left, the number on the right.
import { html, nothing } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { pick, t } from '../../core/web/browser/words.js';
import { people, range, waiting } from './figures.js';
import { chosenService, offered, paperActions, ready } from './giving.js';

export function head({ user, language, speak }) {
  return html`<h1>${t('reception.title')}</h1>
    <p class="lead">${t('reception.lead')}</p>
    <p class="who">${user}</p>
    <nav class="tools" aria-label=${t('reception.tools')}>
      <span class="languages" role="group" aria-label=${t('common.language')}>
        ${['id', 'en'].map(
          (each) => html`<button type="button" lang=${each} aria-pressed=${each === language ? 'true' : 'false'}
            title=${t(`common.language_${each}`)} @click=${() => speak(each)}>${each.toUpperCase()}<span
            class="visually-hidden"> ${t(`common.language_${each}`)}</span></button>`,
        )}
      </span>
      <a href="/staff">${t('reception.staff')}</a>
    </nav>`;
}

function standing(service) {
  if (service.open) return html`<span class="note figures">${waiting(service.waiting)}</span>`;
  return html`<span class="note shut">${(service.closed && pick(service.closed.sentence)) || t('common.closed')}</span>`;
}

function services(desk, list, choose) {
  return html`<fieldset class="services"><legend>${t('reception.service')}</legend>
    ${list.map(
      (each) => html`<label class="option ${each.open ? '' : 'closed'}"><input type="radio" name="service" value=${each.id}
        .checked=${live(each.id === desk.chosen)} @change=${() => choose(each.id)} />
        <span class="what"><span>${pick(each.name)}</span> <span class="agency">${each.agency}</span></span>${standing(each)}</label>`,
    )}
    ${list.length ? nothing : html`<p class="none" role="status">${t('reception.nothing_found')}</p>`}
  </fieldset>`;
}

function either(name, legend, list, chosen, choose) {
  return html`<fieldset class="either"><legend>${legend}</legend>
    <div>${list.map(
      ({ id, words }) => html`<label><input type="radio" name=${name} value=${id} .checked=${live(id === chosen)}
        @change=${() => choose(id)} /> ${words}</label>`,
    )}</div></fieldset>`;
}

function papers(desk) {
  const kiosks = desk.kiosks.map((each) => ({ id: each.id, words: pick(each.name) }));
  return [{ id: '', words: t('reception.no_paper') }, ...kiosks];
}

/** The form. `does`: `{type(fields), submit(event, first)}`. */
export function choice(desk, entries, does) {
  const list = offered(desk, entries);
  const service = chosenService(desk);
  const can = ready(desk);
  const languages = ['id', 'en'].map((id) => ({ id, words: t(`common.language_${id}`) }));
  return html`<form class="choice" @submit=${(event) => does.submit(event, list[0])}>
    <label class="search">${t('reception.search')}
      <input class="field" name="query" type="search" autocomplete="off" spellcheck="false" .value=${live(desk.query)}
        @input=${(event) => does.type({ query: event.target.value, chosen: '' })} /></label>
    ${services(desk, list, (chosen) => does.type({ chosen }))}
    ${either('class', t('reception.class'), desk.classes.map((each) => ({ id: each.id, words: pick(each.name) })),
      desk.klass, (klass) => does.type({ klass }))}
    ${either('lang', t('reception.language'), languages, desk.lang, (lang) => does.type({ lang }))}
    ${either('paper', t('reception.paper'), papers(desk), desk.paper, (paper) => does.type({ paper }))}
    <div class="beside" role="alert">${desk.problem
      ? html`<p class="problem">${desk.problem.detail || desk.problem.title || t('common.problem')}</p>`
      : nothing}</div>
    <p class="give"><button type="submit" class="button primary" aria-disabled=${can ? 'false' : 'true'}
      aria-describedby="what">${t(desk.under ? 'reception.sending' : 'reception.give')} <kbd>Enter</kbd></button>
      <span id="what">${service ? pick(service.name) : t('reception.choose')}</span></p>
  </form>`;
}

const WORDS = Object.freeze({ print: 'reception.print_again', seen: 'reception.seen' });

/** What may be done about a paper. `about(print, action)`. */
function paperButtons({ print }, about) {
  return paperActions(print).map(
    (action) => html`<button type="button" class="button" data-action=${action} @click=${() => about(print, action)}>${t(WORDS[action])}</button>`,
  );
}

/** What became of the paper, and what may be done about it. */
function paper(entry, about) {
  const words = t(`reception.print.${entry.print.state}`);
  if (!paperActions(entry.print).length) return html`<p class="paper" role="status">${words}</p>`;
  return html`<p class="paper failed" role="alert"><span>${words}</span> ${paperButtons(entry, about)}</p>`;
}

function newest({ ticket, print }, about) {
  return html`<section class="newest" aria-labelledby="new-number">
    <h2 id="new-number">${t('reception.given')}</h2>
    <p class="number ${ticket.number.length > 4 ? 'long' : ''}" role="status">${ticket.number}</p>
    <p class="service">${pick(ticket.service_name)}</p>
    <div class="tell">
      <dl>
        <dt>${t('reception.where')}</dt><dd>${t('reception.place', { zone: pick(ticket.zone_name), floor: ticket.floor })}</dd>
        <dt>${t('reception.ahead')}</dt><dd class="figures">${people(ticket.ahead)}</dd>
        <dt>${t('reception.expect')}</dt><dd class="figures">${range(ticket.forecast)}</dd>
      </dl>
      <figure><img src="/t/${ticket.token}/qr.svg" width="160" height="160" alt=${t('reception.qr_alt', { number: ticket.number })}>
        <figcaption>${t('reception.qr')}</figcaption></figure>
    </div>
    ${paper({ ticket, print }, about)}
  </section>`;
}

/** The numbers that were given here: the newest large, the others in a line each. */
export function given(desk, about) {
  if (!desk.given.length) return html`<p class="none">${t('reception.none_given')}</p>`;
  const [first, ...others] = desk.given;
  return html`${newest(first, about)}
    ${others.length
      ? html`<section aria-labelledby="before"><h2 id="before">${t('reception.before')}</h2>
          <ul role="list" class="before">${others.map(
            ({ ticket, print }) => html`<li><span class="number">${ticket.number}</span>
              <span class="service">${pick(ticket.service_name)}</span>
              ${paperButtons({ print }, about)}</li>`,
          )}</ul></section>`
      : nothing}`;
}
