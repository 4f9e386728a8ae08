/** The start: the greeting, what is often asked for, every agency. */
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { greeting, waiting } from './figures.js';
import { around, paged } from './layout.js';

/** An agency as a target: the name people know, the full one, how many wait. */
export function agencyTile(agency, send) {
  const wordy = agency.short.length > 16 ? 'wordy' : '';
  return html`
    <button type="button" class="tile agency ${wordy} ${agency.open ? '' : 'shut'}"
      @click=${() => send({ type: 'agency', id: agency.id })}>
      <span class="short">${agency.short}</span>
      <span class="count figures">${agency.open ? waiting(agency.waiting) : t('kiosk.closed')}</span>
      <span class="full">${pick(agency.name)}</span>
    </button>`;
}

/** A service as a target: its name, how many wait or why it is closed. */
export function serviceTile(service, send, agency = null) {
  return html`
    <button type="button" class="tile service ${service.open ? '' : 'shut'}"
      @click=${() => send({ type: 'service', id: service.id })}>
      <span class="name">${pick(service.name)}</span>
      <span class="count">${agency ? html`<b>${agency.short}</b> ` : nothing}${service.open
        ? waiting(service.waiting)
        : pick(service.closed?.sentence) || t('kiosk.closed')}</span>
    </button>`;
}

function often(k) {
  const [columns, rows] = k.grids.often;
  const services = k.view.services.filter((service) => service.often).slice(0, columns * rows);
  if (services.length === 0) return nothing;
  return html`
    <h2 id="often">${t('kiosk.often')}</h2>
    <div class="grid often columns-${columns}" role="group" aria-labelledby="often">
      ${services.map((service) => serviceTile(service, k.send, k.agencyOf(service)))}
    </div>`;
}

/** The button that turns the page says who is on the next one: nobody has to leaf and hope. */
function others(k) {
  const { agencies } = k.view;
  const next = around(agencies, k.grids.agencies, k.state.page);
  if (next.page === k.state.page) return nothing;
  return html`
    <button type="button" class="tile more" @click=${() => k.send({ type: 'page', page: next.page })}>
      <span class="short">${t('kiosk.agencies.more', { count: next.items.length })}</span>
      <span class="full">${next.items.map((agency) => agency.short).join(' · ')}</span>
    </button>`;
}

/** Left or upper part: the words of welcome and how it goes. */
export function welcome(k) {
  return html`
    <div class="welcome">
      <p class="greeting">${greeting(k.now)}</p>
      <h1 tabindex="-1">${t('kiosk.title')}</h1>
      <ol class="steps" role="list">
        ${[1, 2, 3].map((step) => html`<li><b class="figures">${step}</b> <span>${t(`kiosk.step.${step}`)}</span></li>`)}
      </ol>
    </div>`;
}

/** While a second service is chosen: what the number is for already, and how to leave it at that. */
function adding(k) {
  const first = k.view.services.find((each) => each.id === k.state.first);
  return html`
    <div class="title">
      <h1 tabindex="-1">${t('kiosk.second.title')}</h1>
      <p class="lead">${t('kiosk.second.lead')}</p>
      <p class="held"><b class="figures">1</b> <span>${pick(first.name)}
        <span class="soft">${k.agencyOf(first).short}</span></span></p>
    </div>`;
}

export function start(k) {
  const shown = paged(k.view.agencies, k.grids.agencies, k.state.page);
  return {
    side: k.state.first ? adding(k) : welcome(k),
    work: html`
      ${often(k)}
      <h2 id="agencies">${t('kiosk.agencies')}</h2>
      <div class="grid agencies columns-${shown.columns}" role="group" aria-labelledby="agencies">
        ${shown.items.map((agency) => agencyTile(agency, k.send))}
      </div>
      ${others(k)}`,
  };
}
