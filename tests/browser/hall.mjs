// The shipped hall's catalogue, as the kiosk's page gets it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const toml = (file) => parse(readFileSync(join(ROOT, file), 'utf8'));

const files = toml('config.toml').include.map(toml);
const english = Object.assign({}, ...files.map((file) => file.translations ?? {}));
const both = (text) => (typeof text === 'string' ? { id: text, en: english[text] ?? text } : text);

/** Every agency in the order of the hall. */
export const AGENCIES = files
  .flatMap((file) => file.agency ?? [])
  .map(({ id, short, name, zone }) => ({ id, short: short ?? id, name: both(name), zone, open: true, waiting: 0 }));

/** Every service in the order of the hall. */
export const SERVICES = files
  .flatMap((file) => file.service ?? [])
  .map(({ id, agency, name, often = false, keywords = [], requirements = [] }) => ({
    id,
    agency,
    name: both(name),
    often,
    keywords,
    requirements: requirements.map(both),
    open: true,
    waiting: 0,
  }));
