/** The number: huge, with its QR, where to wait, how long, and what became of the paper. */
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { people, range } from './figures.js';
import { paper } from './paper.js';

export function result(k) {
  const { ticket } = k.state;
  const klass = k.view.classes.find((each) => each.id === (ticket.klass ?? ticket.class));
  return {
    side: html`
      <div class="title">
        <p class="lead"><b>${pick(ticket.agency_name)}</b></p>
        <p class="service">${pick(ticket.service_name)}</p>
        ${ticket.to_come?.length
          ? html`<p class="onward"><b>${t('kiosk.result.onward')}</b>
              ${ticket.to_come.map((each) => pick(each.name)).join(' · ')}</p>`
          : nothing}
      </div>`,
    work: html`
      <section class="hero">
        <h1 tabindex="-1">${t('kiosk.result.title')}
          <span class="number ${ticket.number.length > 4 ? 'long' : ''}">${ticket.number}</span></h1>
        ${ticket.mark && klass ? html`<p class="mark">${pick(klass.name)}</p>` : nothing}
      </section>
      <div class="next">
        <dl class="facts">
          <div class="fact strong"><dt>${t('kiosk.result.where')}</dt>
            <dd>${pick(ticket.zone_name)}<span class="floor">${t('kiosk.floor', { floor: ticket.floor })}</span></dd></div>
          <div class="fact"><dt>${t('kiosk.result.ahead')}</dt><dd class="figures">${people(ticket.ahead)}</dd></div>
          <div class="fact"><dt>${t('kiosk.fact.range')}</dt><dd class="figures">${range(ticket.forecast)}</dd></div>
        </dl>
        <figure class="qr">
          <img src="/t/${ticket.token}/qr.svg" width="300" height="300" alt=${t('kiosk.qr.alt', { number: ticket.number })}>
          <figcaption>${t('kiosk.qr')}</figcaption>
        </figure>
      </div>
      <div class="spring"></div>
      ${paper(k)}
      <div class="ends">
        <button type="button" class="choice main done" @click=${() => k.send({ type: 'done' })}>
          <span class="what">${t('kiosk.done')}</span>
          <span class="whom figures">${t('kiosk.result.left', { seconds: k.left })}</span>
        </button>
        <button type="button" class="choice other longer" @click=${() => k.send({ type: 'touch' })}>
          <span class="what">${t('kiosk.result.longer')}</span>
        </button>
      </div>`,
  };
}
