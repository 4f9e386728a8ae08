// How many touches lead to a number, for each of the services of the shipped hall. Typing is no touch.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAVES } from '../../kiosk/browser/agency.js';
import { arrival, step } from '../../kiosk/browser/flow.js';
import { grids, paged } from '../../kiosk/browser/layout.js';
import { find, index } from '../../kiosk/browser/match.js';
import { AGENCIES, SERVICES } from './hall.mjs';

const USUAL = { low: false, large: false };
const entries = index(AGENCIES, SERVICES);
const take = { type: 'take', klass: 'regular', key: 'k1' };

/** The state after these touches, each of them one event. */
const touch = (...events) => events.reduce((state, event) => step(state, { at: 0, ...event }), arrival());

function asks(state, service) {
  assert.equal(state.order?.status, 'sending', service.id);
  assert.deepEqual([state.order.service, state.order.more], [service.id, []]);
}

const pageOf = (items, id, grid) => Math.floor(items.findIndex((each) => each.id === id) / (grid[0] * grid[1]));

test('the hall has 219 services', () => {
  assert.equal(SERVICES.length, 219);
});

for (const portrait of [true, false]) {
  const name = portrait ? 'a portrait' : 'a wide';
  const { often, agencies, services, results } = grids(portrait, USUAL);

  test(`${name} screen: what is often asked for is two touches away`, () => {
    const shown = SERVICES.filter((service) => service.often).slice(0, often[0] * often[1]);
    assert.ok(shown.length > 0);
    for (const service of shown) asks(touch({ type: 'service', id: service.id }, take), service);
  });

  for (const lang of ['id', 'en']) {
    test(`${name} screen: each service is three touches away by the search, in ${lang}`, () => {
      for (const service of SERVICES) {
        const text = service.name[lang].slice(0, 40);
        const shown = paged(find(entries, text), results, 0).items;
        assert.ok(shown.some((hit) => hit.id === service.id), `${service.id} is not on the first page of "${text}"`);
        const touches = [{ type: 'search' }, { type: 'service', id: service.id }, take];
        const [first, ...rest] = touches;
        asks(touch(first, { type: 'type', text }, ...rest), service);
        assert.equal(touches.length, 3);
      }
    });
  }

  test(`${name} screen: each service is at most four touches away through its agency`, () => {
    for (const service of SERVICES) {
      const mine = SERVICES.filter((each) => each.agency === service.agency);
      const [before, at] = [pageOf(AGENCIES, service.agency, agencies), pageOf(mine, service.id, services)];
      assert.ok(paged(AGENCIES, agencies, 0).pages <= 2, 'one button leads to the other agencies');
      assert.ok(paged(mine, services, 0).pages <= LEAVES, `${service.agency}: each page has a button`);
      const touches = [
        ...(before > 0 ? [{ type: 'page', page: before }] : []),
        { type: 'agency', id: service.agency },
        ...(at > 0 ? [{ type: 'page', page: at }] : []),
        { type: 'service', id: service.id },
        take,
      ];
      assert.ok(touches.length <= 4, `${service.id}: ${touches.length} touches`);
      asks(touch(...touches), service);
    }
  });
}
