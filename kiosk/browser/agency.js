/** One agency: all its services, the closed ones too, a page at a time. */
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { people } from './figures.js';
import { icons } from './icons.js';
import { paged } from './layout.js';
import { serviceTile } from './start.js';

/** So many buttons of 100 px stand side by side. */
export const LEAVES = 6;

function turn(k, { to, icon, words, hint, off }) {
  return html`
    <button type="button" class="tile turn ${icon}" ?disabled=${off} @click=${() => k.send({ type: 'page', page: to })}>
      ${icons[icon]}
      <span class="words"><span class="short">${words}</span>
        <span class="full">${hint ? pick(hint.name) : ''}</span></span>
    </button>`;
}

/** Every page one touch away, each with what begins it: so no service is more than four touches from the start. */
function leaves(k, services, shown) {
  const { page, pages, size } = shown;
  return html`
    <div class="leaves" role="group" aria-label=${t('kiosk.page', { page: page + 1, pages })}
      style=${`--leaves: ${pages}`}>
      ${Array.from({ length: pages }, (_, to) => {
        const first = services[to * size];
        return html`
          <button type="button" class="tile leaf" aria-current=${to === page ? 'page' : nothing}
            @click=${() => k.send({ type: 'page', page: to })}>
            <span class="short figures">${to + 1}</span><span class="full">${pick(first.name)}</span>
          </button>`;
      })}
    </div>`;
}

/** Pages that are too many for a button each: two big buttons, the first name beyond each, and where one is. */
export function pager(k, services, shown) {
  if (shown.pages === 1) return nothing;
  if (shown.pages <= LEAVES) return leaves(k, services, shown);
  const { page, pages, before, after } = shown;
  return html`
    <div class="pager">
      ${turn(k, { to: page - 1, icon: 'back', words: t('kiosk.page.before'), hint: before[0], off: page === 0 })}
      <p class="where" role="status">${t('kiosk.page', { page: page + 1, pages })}</p>
      ${turn(k, { to: page + 1, icon: 'next', words: t('kiosk.page.after'), hint: after[0], off: page === pages - 1 })}
    </div>`;
}

export function agency(k) {
  const self = k.view.agencies.find((each) => each.id === k.state.agency);
  const services = k.view.services.filter((service) => service.agency === self.id);
  const shown = paged(services, k.grids.services, k.state.page);
  return {
    side: html`
      <div class="title">
        <h1 tabindex="-1">${self.short}</h1>
        <p class="lead">${pick(self.name)}</p>
        <dl class="steps">
          <div><dt>${t('kiosk.place')}</dt><dd>${k.place(self)}</dd></div>
          <div><dt>${t('kiosk.fact.waiting')}</dt>
            <dd class="figures">${self.open ? people(self.waiting) : t('kiosk.closed')}</dd></div>
          <div><dt>${t('kiosk.services.count')}</dt><dd class="figures">${services.length}</dd></div>
        </dl>
      </div>`,
    work: html`
      <h2 id="services">${t('kiosk.services')}</h2>
      <div class="grid services columns-${shown.columns}" role="group" aria-labelledby="services">
        ${shown.items.map((service) => serviceTile(service, k.send))}
      </div>
      <div class="spring"></div>
      ${pager(k, services, shown)}`,
  };
}
