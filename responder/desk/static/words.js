// The field with our words: checked by the server while one types, and kept if anything goes wrong.
import { $, ask, put, Trouble } from './page.js';
import * as writing from './writing.js';

const field = () => $('#words');
const item = () => $('#item');
// Kept here for this person, with the version they were written over, and by the desk for their other
// browsers: `stamp` is when it last did.
export const PREFIX = 'desk-words-';
const key = () => `${PREFIX}${item().dataset.seat}-${item().dataset.id}`;
const draft = text => text.dataset.draft ?? text.defaultValue; // the field may begin with other words
const stamp = () => $('#count')?.dataset.stamp ?? '';
const load = () => {
  try {
    return JSON.parse(sessionStorage.getItem(key()));
  } catch {
    return null; // of an older desk
  }
};
let timer, round = 0;

export function keep() {
  const text = field();
  if (!text || text.readOnly) return;
  const { version } = item().dataset;
  if (text.value !== draft(text)) sessionStorage.setItem(key(), JSON.stringify({ version, text: text.value, stamp: stamp() }));
  else if (load()?.version === version) sessionStorage.removeItem(key());
}
// To call once the words of now have arrived: forgets them, but not what was typed since.
export function forgetter() {
  const place = key(), kept = sessionStorage.getItem(place);
  return () => { if (sessionStorage.getItem(place) === kept) sessionStorage.removeItem(place); };
}
export function forgetAll() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
}
export const dirty = () => !!field() && !field().readOnly && field().value !== draft(field());

// What a tick agreed to: this rule, saying this.
const doubt = box => `${box.value} ${box.closest('li').textContent.replace(/\s+/g, ' ')}`;

// What the findings on the page were found in: their places are places of these words.
let checked;
export const isChecked = () => field()?.value === checked;
export async function check() {
  clearTimeout(timer);
  const mine = ++round, text = field(), { id, version } = item()?.dataset ?? {};
  if (!text) return; // left meanwhile
  const value = text.value;
  try {
    const { answer, text: html } = await ask(`/item/${id}/check`, { method: 'POST', body: new URLSearchParams({ text: value, version }) });
    if (!answer.ok || mine !== round || field() !== text) return;
    const said = new Set([...document.querySelectorAll('#findings input:checked')].map(doubt));
    put('#count', html);
    put('#findings', html);
    checked = value;
    writing.dress();
    if (text.value === value) keep(); // with the new stamp
    for (const box of document.querySelectorAll('#findings input')) box.checked ||= said.has(doubt(box));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // the stream line says that the desk is away
  }
}
const soon = () => { clearTimeout(timer); timer = setTimeout(check, 250); };

function restore() {
  const text = field();
  if (!text || text.readOnly) return;
  checked = text.value;
  writing.dress();
  if (text.dataset.refused !== undefined) return keep();
  const kept = load();
  if (!kept || kept.text === text.value) return;
  const elsewhere = text.dataset.stamp !== undefined && text.dataset.stamp !== kept.stamp;
  // Somebody changed the draft, or I wrote on in another browser: that stays, these stand beside it.
  if (elsewhere || kept.version !== item().dataset.version) {
    $('#before .said').textContent = kept.text;
    $('#before').hidden = false;
    return;
  }
  text.value = kept.text;
  $('#kept').hidden = false;
  soon();
}

export function start() {
  document.addEventListener('input', event => {
    if (event.target.id !== 'words') return;
    keep();
    soon();
  });
  document.addEventListener('click', async event => {
    if (event.target.closest('[data-original]')) {
      event.preventDefault();
      writing.replace(draft(field()));
      $('#kept').hidden = true;
    }
    if (event.target.closest('[data-use]')) {
      event.preventDefault();
      writing.replace($('#before .said').textContent);
      $('#before').hidden = true;
    }
    const copy = event.target.closest('[data-copy]');
    if (copy) {
      field().select(); // plain http off this machine has no clipboard: Ctrl+C takes what is selected
      await navigator.clipboard?.writeText(field().value);
      if (navigator.clipboard) copy.textContent = copy.dataset.done;
    }
  });
  document.addEventListener('desk:shown', restore);
  writing.start({ check, isChecked, ours: () => !dirty() });
  restore();
}
