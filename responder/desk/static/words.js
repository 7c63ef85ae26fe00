// The field with our words: checked by the server while one types, and kept if anything goes wrong.
import { $, ask, put, Trouble } from './swap.js';

const field = () => $('#words');
const item = () => $('#item');
// Kept for this person, with the version they were written over.
const PREFIX = 'desk-words-';
const key = () => `${PREFIX}${item().dataset.seat}-${item().dataset.id}`;
const draft = text => text.dataset.draft ?? text.defaultValue; // after a refusal the field has other words
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
  if (text.value !== draft(text)) sessionStorage.setItem(key(), JSON.stringify({ version, text: text.value }));
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

async function check() {
  const mine = ++round, text = field(), id = item()?.dataset.id;
  if (!text) return; // left meanwhile
  try {
    const { answer, text: html } = await ask(`/item/${id}/check`, { method: 'POST', body: new URLSearchParams({ text: text.value }) });
    if (!answer.ok || mine !== round || field() !== text) return;
    const said = new Set([...document.querySelectorAll('#findings input:checked')].map(doubt));
    put('#count', html);
    put('#findings', html);
    for (const box of document.querySelectorAll('#findings input')) box.checked ||= said.has(doubt(box));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // the stream line says that the desk is away
  }
}
const soon = () => { clearTimeout(timer); timer = setTimeout(check, 250); };

function restore() {
  const text = field();
  if (!text || text.readOnly) return;
  const kept = load();
  if (!kept || kept.text === text.value || text.dataset.draft !== undefined) return;
  if (kept.version !== item().dataset.version) { // somebody changed the draft: theirs stays, mine stand beside it
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
      field().value = draft(field());
      $('#kept').hidden = true;
      keep();
      soon();
      field().focus();
    }
    if (event.target.closest('[data-use]')) {
      field().value = $('#before .said').textContent;
      $('#before').hidden = true;
      keep();
      soon();
      field().focus();
    }
    const copy = event.target.closest('[data-copy]');
    if (copy && navigator.clipboard) {
      await navigator.clipboard.writeText(field().value);
      copy.textContent = 'Copied';
    }
  });
  document.addEventListener('desk:shown', restore);
  restore();
}
