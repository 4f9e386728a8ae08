// What a supervisor watches, as a value: the view, and what became of each press. Pure functions, no clock, no page.

/** How long "it worked" stays beside the action, milliseconds. */
export const SAID_MS = 6000;

/** A sign for each state: never colour alone. */
export const SIGNS = Object.freeze({
  ok: '●',
  near_end: '◐',
  mute: '◌',
  unknown: '◌',
  paper_out: '▲',
  cover_open: '▲',
  error: '▲',
  offline: '✕',
  gone: '✕',
});

/** `good`, `warn` or `bad`: how a printer's state is drawn. */
export function weight(state) {
  if (state === 'ok') return 'good';
  return ['near_end', 'mute', 'unknown'].includes(state) ? 'warn' : 'bad';
}

export function watch(view, { mayAct = false } = {}) {
  return { view, mayAct, presses: {} };
}

export function withView(model, view) {
  return { ...model, view };
}

/** What may be done with a job: print it (again), or say that its paper is there. */
export function actionsOf(job) {
  if (job.state === 'failed') return ['print'];
  return job.state === 'doubtful' ? ['seen', 'print'] : [];
}

/** Whether a press of this job is under way. */
export function under(model, job) {
  return model.presses[job]?.state === 'under';
}

/** A press begins; the same key goes with every try of it. */
export function pressed(model, job, action, key) {
  if (under(model, job)) return model;
  const last = model.presses[job];
  const kept = last && last.state === 'silent' && last.action === action ? last.key : key;
  return { ...model, presses: { ...model.presses, [job]: { action, state: 'under', key: kept } } };
}

/** The answer. `number` and `printer`: for the sentence, as the job has left the list by then. */
export function answered(model, job, facts, at) {
  const press = { ...model.presses[job], ...facts, state: 'done', at };
  return { ...model, presses: { ...model.presses, [job]: press } };
}

/** A refusal; without an answer (`status` 0) nobody knows, and the key is kept. */
export function refused(model, job, problem, at) {
  const press = { ...model.presses[job], state: problem.status ? 'refused' : 'silent', problem, at };
  return { ...model, presses: { ...model.presses, [job]: press } };
}

/** Without what was said long enough ago. The same model if nothing goes. */
export function aged(model, at) {
  const kept = Object.entries(model.presses).filter(([, press]) => press.state === 'under' || at - press.at < SAID_MS);
  return kept.length === Object.keys(model.presses).length ? model : { ...model, presses: Object.fromEntries(kept) };
}

/** Presses whose job has left the list of `printer`: told at its foot. */
export function gone(model, printer) {
  const listed = new Set(printer.jobs.map((job) => job.job));
  return Object.entries(model.presses)
    .filter(([job, press]) => press.printer === printer.id && !listed.has(job) && press.state === 'done')
    .map(([, press]) => press);
}

/** Where paper can come out: every kiosk with a printer. */
export function places(view) {
  return view.printers.flatMap((printer) => printer.kiosks);
}

/** Minutes and hours since `instant`, as a key and its figures. `now`: server time, milliseconds. */
export function since(instant, now) {
  const minutes = Math.max(0, Math.floor((now - Date.parse(instant)) / 60_000));
  if (minutes < 1) return { key: 'ops.since.now', params: {} };
  if (minutes < 60) return { key: 'ops.since.minutes', params: { minutes } };
  if (minutes < 24 * 60) return { key: 'ops.since.hours', params: { hours: Math.floor(minutes / 60), minutes: minutes % 60 } };
  return { key: 'ops.since.days', params: { days: Math.floor(minutes / 1440) } };
}
