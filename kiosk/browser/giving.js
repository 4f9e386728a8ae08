// Giving numbers by hand, as a value: what is chosen, what is asked of the server, what was given. Pure.
import { find } from './match.js';

/** Numbers that stay in sight after they were given. */
const KEPT = 6;

/** The desk when the page opens. `paper`: the kiosk at whose printer the numbers come out, '' for no paper. */
export function reception({ services, classes, kiosks }, { lang, paper = '' }) {
  const known = kiosks.some((each) => each.id === paper) ? paper : '';
  return { services, classes, kiosks, paper: known, usual: lang, ...cleared(classes, lang), given: [], problem: null };
}

/** Nothing chosen: the next citizen inherits neither class nor language of the one before. */
function cleared(classes, lang) {
  return { query: '', chosen: '', klass: classes.length ? classes[0].id : '', lang, key: '', under: false };
}

/** The desk with other fields; another wish of the citizen is another request. */
export function wished(desk, fields) {
  return desk.under ? desk : { ...desk, ...fields, key: '', problem: null };
}

/** The services that fit what was typed, best first; all in the order of the hall where nothing was. */
export function offered(desk, entries) {
  if (!desk.query.trim()) return desk.services;
  const hits = find(entries, desk.query).filter((hit) => hit.kind === 'service');
  return hits.map((hit) => desk.services.find((each) => each.id === hit.id));
}

export const chosenService = (desk) => desk.services.find((each) => each.id === desk.chosen) || null;

/** Whether a number can be given now. */
export function ready(desk) {
  const service = chosenService(desk);
  return Boolean(service && service.open && !desk.under);
}

/** The desk while the server is asked; the key stays until it has answered. */
export function asked(desk, key) {
  return { ...desk, under: true, key: desk.key || key, problem: null };
}

/** What is sent. */
export function wish(desk) {
  const body = { service: desk.chosen, class: desk.klass, lang: desk.lang, paper: desk.paper !== '' };
  return desk.paper ? { ...body, kiosk: desk.paper } : body;
}

/** The desk with the number, ready for the next citizen. */
export function gave(desk, { ticket, print }) {
  const given = [{ ticket, print }, ...desk.given].slice(0, KEPT);
  return { ...desk, ...cleared(desk.classes, desk.usual), given };
}

/** The desk after a refusal, or after silence: then the same request may be sent again. */
export function refused(desk, problem) {
  return { ...desk, under: false, key: problem.status ? '' : desk.key, problem };
}

/** The desk with newer states of services, as the live line or the API tells them. */
export function withStates(desk, states) {
  const told = new Map(states.map((state) => [state.id, state]));
  return { ...desk, services: desk.services.map((each) => ({ ...each, ...told.get(each.id) })) };
}

/** Paper that may be there or not: a person looks. */
const unsettled = Object.freeze({ failed: ['print'], doubtful: ['seen', 'print'] });

/** What may be done about a paper: print it (again), or say that it is there. */
export const paperActions = (print) => unsettled[print.state] || [];

/** The desk with what became of papers. `jobs`: `[{job, ticket, state, detail}]`, a copy behind what it is a copy of. */
export function withPapers(desk, jobs) {
  const told = new Map(jobs.map((job) => [job.job, job]));
  const newest = new Map(jobs.map((job) => [job.ticket, job]));
  const given = desk.given.map((each) => {
    const known = told.get(each.print.job);
    const news = known && known.ticket ? newest.get(known.ticket) : known;
    return news ? { ...each, print: { job: news.job, state: news.state, detail: news.detail } } : each;
  });
  return { ...desk, given };
}

/** The desk after the answer about a paper; a copy is a job of its own. */
export function withAnswer(desk, job, print) {
  return { ...desk, given: desk.given.map((each) => (each.print.job === job ? { ...each, print } : each)) };
}
