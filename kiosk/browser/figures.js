/** Counts, ranges and times as a citizen reads them. */
import { language, t } from '../../core/web/browser/words.js';

const THURSDAY = 4;

/** "12 orang menunggu" and its singular. */
export function waiting(count) {
  if (count === 0) return t('kiosk.waiting.none');
  return t(count === 1 ? 'kiosk.waiting.one' : 'kiosk.waiting.many', { count });
}

/** "3 orang" before whoever holds this ticket. */
export function people(count) {
  if (count === 0) return t('kiosk.people.none');
  return t(count === 1 ? 'kiosk.people.one' : 'kiosk.people.many', { count });
}

/** Minutes up to an hour and a half, then hours and minutes. */
export function duration(minutes) {
  if (minutes <= 90) return t('kiosk.minutes', { minutes });
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 ? t('kiosk.hours', { hours }) : t('kiosk.hours.minutes', { hours, minutes: rest });
}

/** The range of the wait: half are called by the first, four of five by the second. */
export function range({ median_minutes: median, p80_minutes: late }) {
  if (late < 5) return t('kiosk.range.soon');
  if (median >= late) return t('kiosk.range.about', { duration: duration(late) });
  if (late <= 90) return t('kiosk.range', { from: median, to: late });
  return t('kiosk.range.long', { from: duration(median), to: duration(late) });
}

/** The hall's own clock face of an instant with its offset, as a date that is safe to format in UTC. */
function onTheWall(iso) {
  return new Date(`${iso.slice(0, 19)}Z`);
}

function written(iso, options) {
  const locale = language() === 'id' ? 'id-ID' : 'en-GB';
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(onTheWall(iso));
}

/** "Rabu, 25 November". */
export function day(iso) {
  return written(iso, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** "08.00" in Indonesian, "08:00" in English. */
export function hour(iso) {
  return language() === 'id' ? iso.slice(11, 16).replace(':', '.') : iso.slice(11, 16);
}

/** The greeting of the hour; on Thursdays, the day of the Balinese language, Balinese first. */
export function greeting(now) {
  const hours = Number(now.slice(11, 13));
  const name = hours < 11 ? 'morning' : hours < 15 ? 'day' : hours < 18 ? 'afternoon' : 'evening';
  const usual = t(`kiosk.greeting.${name}`);
  return onTheWall(now).getUTCDay() === THURSDAY ? `${t('kiosk.greeting.balinese')} ${usual}` : usual;
}
