// What television sets from 2021 on lack: webOS 6 and Tizen 6 run Chromium 76 to 79.
// The build fails when a bundle holds what they cannot run. esbuild lowers syntax; what it cannot lower
// (missing functions, most of CSS) is found here.
import esCheck from 'es-check';

/** Newer than ES2019, and in Chromium 76 all the same: they came with 67, 71, 73 and 76. */
const THERE = ['BigInt', 'globalThis', 'StringMatchAll', 'PromiseAllSettled'];

/** Functions that es-check does not look for, and the Chromium that brought them. */
const CALLS = [
  [/\bstructuredClone\s*\(/, 'structuredClone', 98],
  [/\.replaceAll\s*\(/, 'replaceAll', 85],
  [/\.at\(-?\d/, 'Array.prototype.at', 92],
  [/\.findLast(Index)?\s*\(/, 'findLast', 97],
  [/\.to(Sorted|Reversed|Spliced)\s*\(/, 'toSorted', 110],
  [/\.replaceChildren\s*\(/, 'replaceChildren', 86],
  [/\bObject\.(hasOwn|groupBy)\b/, 'Object.hasOwn', 93],
  [/\bPromise\.(any|withResolvers|try)\b/, 'Promise.any', 85],
  [/\bAbortSignal\.(timeout|any)\b/, 'AbortSignal.timeout', 103],
  [/\bcrypto\.randomUUID\b/, 'crypto.randomUUID', 92],
  [/\bnew WeakRef\b/, 'WeakRef', 84],
  [/\bIntl\.(Segmenter|ListFormat|DisplayNames)\b/, 'Intl.Segmenter', 87],
];

/** CSS that a board cannot do without when it is used, and the Chromium that brought it. */
const STYLES = [
  [/(^|[;{])inset(-(block|inline))?:/, 'inset', 87],
  [/(^|[;{])aspect-ratio:/, 'aspect-ratio', 88],
  [/:(is|where)\(/, ':is() and :where()', 88],
  [/:has\(/, ':has()', 105],
  [/:not\([^()]*,/, ':not() with a list', 88],
  [/\b(min|max|clamp)\(/, 'min(), max() and clamp()', 79],
  [/(^|[;{])(margin|padding|border)-(inline|block)(-\w+)*:/, 'logical margins and paddings', 87],
  [/(^|[;{])overflow(-[xy])?:clip/, 'overflow: clip', 90],
  [/\d(dvh|svh|lvh|dvw|cqw|cqh)\b/, 'dynamic viewport units', 108],
  [/@(container|layer|scope|property|starting-style)\b/, '@container, @layer, @scope', 85],
  [/color-mix\(|oklch\(|oklab\(|light-dark\(/, 'color-mix() and new colour spaces', 111],
  [/(^|[;{])(rotate|scale|translate):/, 'rotate, scale and translate alone', 104],
  [/(^|[;{])place-content:.*display:flex/, 'place-content in flexbox', 84],
  [/@media[^{]*[<>]/, 'ranges in @media', 104],
  [/(^|})[^{}@]*{[^{}]*{/, 'nesting', 112],
  [/:focus-visible(?![^{]*\{outline:none)/, ':focus-visible (only to take an outline away)', 86],
];

/** What of a script such a set cannot run. @param {string[]} files @returns {Promise<string[]>} */
export async function scriptTroubles(files) {
  if (files.length === 0) return [];
  const wanted = { ecmaVersion: 'es2019', checkFeatures: true, ignore: THERE.join(','), cache: false, files };
  const { errors } = await esCheck.runChecks([wanted]);
  return errors.map((error) => `${error.file}: ${error.err.message}`);
}

/** Functions that are missing there. @param {string} script @returns {string[]} */
export function missingCalls(script) {
  return CALLS.filter(([pattern]) => pattern.test(script)).map(([, name, since]) => `${name} needs Chromium ${since}`);
}

/** `gap` in a flexbox: understood only from Chromium 84 on, in grids from 66. */
function gapInFlexbox(css) {
  const rules = css.match(/[^{}]*\{[^{}]*\}/g) || [];
  return rules.some((rule) => /display:(inline-)?flex/.test(rule) && /[;{](row-|column-)?gap:/.test(rule));
}

/** What of a minified style sheet such a set does not understand. @param {string} css @returns {string[]} */
export function styleTroubles(css) {
  const plain = css.replace(/"[^"]*"|'[^']*'/g, '""');
  const inside = plain.replace(/@(media|supports|keyframes)[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}/g, '$2');
  const found = STYLES.filter(([pattern, name]) => pattern.test(name === 'nesting' ? inside : plain));
  const troubles = found.map(([, name, since]) => `${name} needs Chromium ${since}`);
  if (gapInFlexbox(inside)) troubles.push('gap in a flexbox needs Chromium 84');
  return troubles;
}
