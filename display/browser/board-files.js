// Fetches the files of an announcement before it begins: once it sounds, a dead line cannot break it off.

/** The server gives the announcement to another board after four seconds. */
export const FETCH_WITHIN = 2_500;

/**
 * @typedef {object} Loaded
 * @property {string[]} files  addresses within the page
 * @property {boolean} late    the server did not answer in time: somebody else may say it, or we a little later
 * @property {string} trouble  what is wrong with a file, '' for nothing
 * @property {() => void} free gives the memory back
 *
 * @param {string[]} urls
 * @param {{get?: typeof fetch, within?: number, hold?: (data: Blob) => string, release?: (file: string) => void}} [given]
 * @returns {Promise<Loaded>}
 */
export async function fetchFiles(urls, given = {}) {
  const {
    get = (url, options) => fetch(url, options),
    within = FETCH_WITHIN,
    hold = (data) => URL.createObjectURL(data),
    release = (file) => URL.revokeObjectURL(file),
  } = given;
  const files = [];
  const free = () => files.splice(0).forEach(release);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), within);
  try {
    const answers = await Promise.all(urls.map((url) => get(url, { signal: stop.signal })));
    const refused = answers.find((answer) => !answer.ok);
    if (refused) return { files, late: false, trouble: `HTTP ${refused.status}`, free };
    const data = await Promise.all(answers.map((answer) => answer.blob()));
    data.forEach((each) => files.push(hold(each)));
    return { files, late: false, trouble: '', free };
  } catch (error) {
    return { files, late: true, trouble: error.name || String(error), free };
  } finally {
    clearTimeout(timer);
  }
}
