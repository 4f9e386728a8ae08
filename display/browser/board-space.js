// Where everything stands on a board, in units of its screen: pure. One unit is a pixel of 1920×1080.
//
// The letters come first: their height is given by the distance from which they are read (look.capital).
// Rows of calls take the room that such letters need; lists and media have what is left.
import { fit, widthOf } from './board-calls.js';

/** Height of a capital of the typeface, em. */
export const CAPITAL_EM = 0.668;
/** Left and right of a row of calls together. */
export const MARGINS = 104;
const BAND = 12;
const STRIPS = { missed: 68, notices: 60 };
const HEAD = { landscape: 96, portrait: 168 };
/** The line over a number (agency, priority), and the air around a row. */
const ABOUT = 53;
const AIR = 11;
const LINE = 0.75;
const MOST_ROWS = 6;
/** A column of lists is not worth less than this. */
const NARROWEST_SIDE = 400;
const NARROWEST_CALLS = 720;
/** The calls above the lists leave them a third. */
const CALLS_SHARE = 0.67;
/** Steps in which letters shrink in a burst, by how many calls must stand at once. */
const CROWDS = [4, 6, 10, 14, 19];

const SMALL = { row: 76, column: 400, heading: 50, pad: 20, gap: 24 };
/** Browsers draw figures a little wider than the font says, as they round each one. */
const DRAWN = 0.985;
const MISSED = { font: 44, gap: 31, label: 470, hint: 620 };
const PADS = 80;
const SPLIT = 1400;
const LEAST_WINDOW = 300;
/** A row of the waiting list: the agency with its count, the range below. */
const WAITING_ROW = 74;
/** So many calls stay on a board whatever else it shows. */
const LEAST_CALLS = 6;

function large(room, font, look) {
  const twoLines = look.row_em * font + MARGINS > room;
  const widest = room - MARGINS;
  // Letters that do not fit even so are as large as the screen allows; `antrean check` has told.
  const most = twoLines ? widest / look.number_em : font;
  const size = Math.min(font, most);
  const lines = twoLines ? 2 * LINE * size + 0.1 * size : LINE * size;
  return { font: size, twoLines, height: ABOUT + lines + AIR };
}

/** The best grid for `wanted` calls in `width` × `height`: the largest letters. */
function grid(wanted, width, height, look) {
  let best = { font: 0, cols: 1, rows: wanted };
  for (let cols = 1; cols <= 5; cols += 1) {
    const rows = Math.ceil(wanted / cols);
    const byWidth = ((width - MARGINS) / cols - 36) / look.row_em;
    const byHeight = (height / rows) * 0.92;
    const font = Math.min(byWidth, byHeight);
    if (font > best.font) best = { font, cols, rows };
  }
  return best;
}

/**
 * A burst has the whole area, lists and media stand back: the newest in full letters above the others, or all
 * alike where that costs too much.
 */
export function crowdOf(wanted, { calls, area }, look) {
  const { row } = calls;
  const alike = grid(wanted, area.width, area.height, look);
  const below = grid(wanted - 1, area.width, area.height - row.height, look);
  const first = below.font >= 0.7 * alike.font;
  const chosen = first ? below : alike;
  const cell = (area.width - MARGINS) / chosen.cols - 36;
  return { ...chosen, font: Math.min(chosen.font, row.font), cell, first };
}

/** How many earlier calls and how many rows of the waiting list stand beside or below the calls. */
function sideOf(calls, area, placed, look) {
  const width = placed === 'beside' ? area.width - calls.width : area.width;
  const height = (placed === 'beside' ? area.height : area.height - calls.height) - SMALL.pad;
  const has = (part) => look.shows.indexOf(part) >= 0;
  const windowed = has('waiting') || has('media');
  // Below the calls of a wide screen the list and the window stand side by side.
  const split = windowed && has('recent') && placed === 'below' && width > SPLIT;
  const listed = split ? width / 2 : width;
  const cols = Math.max(1, Math.floor((listed - PADS) / SMALL.column));
  const owed = Math.max(0, LEAST_CALLS - calls.slots);
  const free = height - SMALL.heading - (windowed && !split ? SMALL.gap + LEAST_WINDOW : 0);
  const most = Math.max(1, Math.floor(free / SMALL.row)) * cols;
  const wished = windowed && !split ? Math.min(look.recent - calls.slots, 4 * cols) : look.recent - calls.slots;
  const earlier = has('recent') ? Math.min(most, Math.max(owed, wished, 0)) : 0;
  return { width, height, cols, earlier, split, windowed, column: (listed - PADS) / cols - (cols > 1 ? 40 : 0) - 22 };
}

/** Columns and rows of the waiting list beside so many earlier calls. */
export function windowOf(side, earlier) {
  const lines = side.split ? 0 : Math.ceil(earlier / side.cols);
  const height = side.height - (lines ? SMALL.heading + lines * SMALL.row + SMALL.gap : 0);
  const width = (side.split ? side.width / 2 : side.width) - PADS;
  return {
    cols: Math.max(1, Math.floor(width / SMALL.column)),
    rows: Math.max(1, Math.floor((height - SMALL.heading) / WAITING_ROW)),
  };
}

/**
 * @param {{width: number, height: number, look: any}} given  the viewport, pixels; `look` of the board's view
 */
export function space({ width, height, look }) {
  const portrait = height > width;
  const unit = portrait ? Math.min(width / 1080, height / 1920) : Math.min(width / 1920, height / 1080);
  const has = (part) => look.shows.indexOf(part) >= 0;
  const strips = (has('missed') ? STRIPS.missed : 0) + (has('notices') ? STRIPS.notices : 0);
  const area = {
    width: width / unit,
    height: height / unit - BAND - (portrait ? HEAD.portrait : HEAD.landscape) - strips,
  };
  const wanted = look.capital / CAPITAL_EM;
  const lists = has('recent') || has('waiting') || has('media');
  let placed = lists && look.layout !== 'calls' ? (portrait ? 'below' : look.layout) : 'none';

  let row = large(area.width, wanted, look);
  const needed = Math.max(NARROWEST_CALLS, look.row_em * row.font + MARGINS);
  if (placed === 'beside' && (row.twoLines || area.width - needed < NARROWEST_SIDE)) placed = 'none';
  const callsWidth = placed === 'beside' ? needed : area.width;
  const columns = row.twoLines ? 1 : Math.max(1, Math.floor(callsWidth / needed));
  const callsHeight = placed === 'below' ? Math.max(row.height, area.height * CALLS_SHARE) : area.height;
  if (row.height > callsHeight) {
    // Higher than the screen: only where the letters are too large for it anyway.
    const size = row.font * (callsHeight / row.height);
    row = { ...row, font: size, height: callsHeight };
  }
  const rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(callsHeight / row.height)));
  const calls = {
    row,
    columns,
    rows,
    slots: rows * columns,
    width: callsWidth,
    height: placed === 'below' ? rows * row.height : callsHeight,
    room: callsWidth / columns - MARGINS,
  };
  const crowds = CROWDS.filter((each) => each > calls.slots);
  return { unit, portrait, placed, area, calls, crowds, side: placed === 'none' ? null : sideOf(calls, area, placed, look) };
}

/** How many missed numbers stand in their strip at once; the others take turns. */
export function missedAtOnce(numbers, { area, portrait }) {
  const widest = Math.max(...numbers.map(widthOf)) * MISSED.font + MISSED.gap;
  const room = area.width - (portrait ? MISSED.label : MISSED.label + MISSED.hint);
  return Math.max(1, Math.floor(room / widest));
}

/** Factors by which a large row's figures shrink. */
export function shrink(call, { calls }) {
  return fit(call, (calls.room * DRAWN) / calls.row.font, calls.row.twoLines);
}

/** The same in a cell of a burst, or in a list. */
export function shrinkSmall(call, font, room) {
  return fit(call, (room * DRAWN) / font);
}
