/** One service: everything a citizen should know before the number is taken, and the taking. */
import { html, nothing } from 'lit-html';
import { pick, t } from '../../core/web/browser/words.js';
import { duration, people, range } from './figures.js';

/** What to bring; beside the title on a portrait screen, above the facts on a wide one. */
function requirements(list) {
  return html`
    <section class="needs" aria-labelledby="needs">
      <h2 id="needs">${t('kiosk.requirements')}</h2>
      ${list.length === 0
        ? html`<p>${t('kiosk.requirements.none')}</p>`
        : html`<ul class=${list.length > 4 ? 'many' : ''}>${list.map((each) => html`<li>${pick(each)}</li>`)}</ul>`}
    </section>`;
}

/** What both services need, each once. */
export function together(...lists) {
  const said = new Set();
  return lists.flat().filter((each) => !said.has(each.id) && said.add(each.id));
}

function fact(name, value, strong = false) {
  return html`<div class=${strong ? 'fact strong' : 'fact'}><dt>${name}</dt><dd class="figures">${value}</dd></div>`;
}

function facts(service) {
  return html`
    <dl class="facts">
      ${service.open
        ? html`${fact(t('kiosk.fact.range'), range(service.forecast), true)}
          ${fact(t('kiosk.fact.ahead'), people(service.ahead), true)}`
        : nothing}
      ${fact(t('kiosk.fact.fee'), service.fee ? pick(service.fee) : t('kiosk.fee.unknown'))}
      ${fact(t('kiosk.fact.minutes'), duration(service.minutes))}
    </dl>`;
}

function takes(k, klass, first) {
  if (!first) return t('kiosk.take.class', { name: pick(klass.name).toLowerCase() });
  return t(k.state.first ? 'kiosk.take.both' : 'kiosk.take');
}

/** One number for two errands: the way to choose the second. */
function another(k) {
  if (k.state.first) return nothing;
  return html`
    <button type="button" class="choice other second" ?disabled=${!k.alive} @click=${() => k.send({ type: 'second' })}>
      <span class="what">${t('kiosk.second')}</span>
      <span class="whom">${t('kiosk.second.hint')}</span>
    </button>`;
}

/** One button a class: the first is what most people want, the others say whom they are for. */
function choice(k, klass, first) {
  const hint = pick(klass.hint);
  return html`
    <button type="button" class="choice ${first ? 'main' : 'other'}" ?disabled=${!k.alive}
      @click=${() => k.send({ type: 'take', klass: klass.id, key: k.newKey() })}>
      <span class="what">${takes(k, klass, first)}</span>
      <span class="whom">${hint || pick(klass.name)}</span>
    </button>`;
}

function closed(k, service) {
  const { closed: why } = service;
  return html`
    <div class="closed" role="status">
      <p class="sentence">${pick(why?.sentence) || t('kiosk.closed')}</p>
    </div>`;
}

/** Nobody knows whether the number was given: the same key asks again, so there is only ever one. */
function lost(k) {
  const { order } = k.state;
  const { detail, status } = order.problem;
  return html`
    <div class="trouble" role="alert">
      <h2>${t('kiosk.trouble')}</h2>
      <p>${status > 0 && detail ? detail : t('kiosk.trouble.network')}</p>
      <p>${t('kiosk.trouble.once')}</p>
    </div>
    <button type="button" class="choice main" ?disabled=${!k.alive}
      @click=${() => k.send({ type: 'take', klass: order.klass, key: order.key })}>
      <span class="what">${t('kiosk.trouble.retry')}</span>
    </button>`;
}

function taking(k, service) {
  const { order } = k.state;
  if (order?.status === 'sending') {
    return html`<div class="sending" role="status"><p>${t('kiosk.sending')}</p></div>`;
  }
  if (order?.status === 'lost') return lost(k);
  const [first, ...others] = k.view.classes;
  return html`
    ${order?.status === 'refused'
      ? html`<p class="trouble" role="alert">${order.problem.detail || order.problem.title || t('kiosk.trouble')}</p>`
      : nothing}
    ${service.open
      ? html`${k.alive ? nothing : html`<p class="trouble">${t(k.writable ? 'kiosk.take.dead' : 'kiosk.store.take')}</p>`}
        ${choice(k, first, true)}
        <div class="others">${others.map((klass) => choice(k, klass, false))} ${another(k)}</div>`
      : closed(k, service)}`;
}

function again(k) {
  return html`<div class="closed"><p class="sentence">${t('kiosk.second.same')}</p></div>`;
}

/** The service that was chosen before this one, on whose number this one goes too. */
function before(k) {
  const first = k.view.services.find((each) => each.id === k.state.first);
  return first ? { first, agency: k.agencyOf(first) } : null;
}

export function service(k) {
  const self = k.view.services.find((each) => each.id === k.state.service);
  const agency = k.agencyOf(self);
  const held = before(k);
  const twice = held?.first.id === self.id;
  const needs = requirements(held && !twice ? together(held.first.requirements, self.requirements) : self.requirements);
  return {
    side: html`
      <div class="title">
        ${held && !twice
          ? html`<p class="held"><b class="figures">1</b> <span>${pick(held.first.name)}
                <span class="soft">${held.agency.short}</span></span></p>`
          : nothing}
        <p class="lead">${held && !twice ? html`<b class="figures">2</b> ` : nothing}<b>${agency.short}</b> ·
          ${k.place(agency)}</p>
        <h1 tabindex="-1">${pick(self.name)}</h1>
        ${held && !twice ? html`<p class="soft after">${t('kiosk.second.after')}</p>` : nothing}
      </div>
      ${k.portrait ? needs : nothing}`,
    work: html`
      ${k.portrait ? nothing : needs} ${facts(self)}
      <div class="spring"></div>
      <div class="choices">${twice ? again(k) : taking(k, self)}</div>`,
  };
}
