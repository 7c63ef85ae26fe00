// The field with our words: checked by the server while one types, and kept if anything goes wrong.
import { $, ask, put, Trouble } from './swap.js';

const key = id => `desk-words-${id}`;
const field = () => $('#words');
const item = () => $('#item');
let timer, round = 0;

export function keep() {
  const text = field();
  if (!text || text.readOnly) return;
  if (text.value === text.defaultValue) sessionStorage.removeItem(key(item().dataset.id));
  else sessionStorage.setItem(key(item().dataset.id), text.value);
}
export const forget = id => sessionStorage.removeItem(key(id));
export const dirty = () => !!field() && !field().readOnly && field().value !== field().defaultValue;

async function check() {
  const mine = ++round, text = field(), id = item().dataset.id;
  try {
    const { answer, text: html } = await ask(`/item/${id}/check`, { method: 'POST', body: new URLSearchParams({ text: text.value }) });
    if (!answer.ok || mine !== round || field() !== text) return;
    const said = new Set([...document.querySelectorAll('#findings input:checked')].map(box => box.value));
    put('#count', html);
    put('#findings', html);
    for (const box of document.querySelectorAll('#findings input')) box.checked ||= said.has(box.value);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // the stream line says that the desk is away
  }
}
const soon = () => { clearTimeout(timer); timer = setTimeout(check, 250); };

function restore() {
  const text = field();
  if (!text || text.readOnly) return;
  const kept = sessionStorage.getItem(key(item().dataset.id));
  if (kept === null || kept === text.value || $('#refusal')) return;
  text.value = kept;
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
      field().value = field().defaultValue;
      $('#kept').hidden = true;
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
