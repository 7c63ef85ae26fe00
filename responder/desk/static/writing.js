// What helps to write: fixes at one click, saved replies by "/", links of articles, questions to tick off.
import { $, ask, put, said, Trouble } from './page.js';
import { complain } from './swap.js';

const field = () => $('#words');
const spoken = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
// The server counts code points, a field counts UTF-16.
const place = (text, points) => [...text].slice(0, points).join('').length;
let words; // what words.js knows of the field

// As if typed, so that Ctrl+Z takes it back. (Browsers that cannot, put it in without a way back.)
function type(text, start, end) {
  const here = field();
  here.focus();
  here.setSelectionRange(start, end);
  if (start === end && !text) return;
  if (document.execCommand(text ? 'insertText' : 'delete', false, text)) return;
  here.setRangeText(text, start, end, 'end');
  here.dispatchEvent(new Event('input', { bubbles: true }));
}
export const replace = text => type(text, 0, field().value.length);

// A finding leads to its passage; a span, because without scripts there is nothing to press.
export function dress() {
  for (const told of document.querySelectorAll('#findings .told[data-start]')) {
    told.setAttribute('role', 'button');
    told.tabIndex = 0;
  }
}
const range = part => {
  const { value } = field();
  return [place(value, Number(part.dataset.start)), place(value, Number(part.dataset.end))];
};
// Their places are those of the words that were checked: if somebody typed on, look again first.
async function current(part, selector) {
  if (words.isChecked()) return part;
  const saying = () => [...document.querySelectorAll(selector)].filter(one => one.textContent === part.textContent);
  const at = saying().indexOf(part);
  await words.check();
  return words.isChecked() ? saying()[at] : null;
}
async function mend(button) {
  const found = await current(button, '#findings [data-fix]');
  if (found) type(found.dataset.fix, ...range(found));
}
async function lead(told) {
  const found = await current(told, '#findings .told');
  if (!found || !field()) return;
  field().focus();
  field().setSelectionRange(...range(found));
}

// -- saved replies: a list to search (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/)
const panel = () => $('#saved');
const search = () => $('#saved-search');
const options = () => [...document.querySelectorAll('#saved-list [role=option]')];
let slash = false; // it was opened by a "/" that is still in the field

function fillList() {
  const asked = spoken(search().value).split(/\s+/).filter(Boolean);
  const radios = [...document.querySelectorAll('#saved [name=entry]')];
  const fitting = radios.filter(one => {
    const said = spoken(one.closest('.offer').textContent);
    return asked.every(word => said.includes(word));
  });
  $('#saved-list').replaceChildren(...fitting.map((one, n) => {
    const option = document.createElement('li'), parts = one.closest('.offer').querySelectorAll('.title, .body');
    option.id = `saved-${n}`;
    option.className = 'offer';
    option.setAttribute('role', 'option');
    Object.assign(option.dataset, one.dataset, n < 9 ? { n: n + 1 } : {});
    option.append(...[...parts].flatMap(part => [part.cloneNode(true), ' ']));
    return option;
  }));
  const none = $('#saved-none');
  none.textContent = fitting.length ? '' : none.dataset.none;
  point(0);
}
function point(to) {
  const all = options(), at = all.length ? (to + all.length) % all.length : -1;
  all.forEach((one, n) => one.setAttribute('aria-selected', String(n === at)));
  if (at < 0) search().removeAttribute('aria-activedescendant');
  else {
    search().setAttribute('aria-activedescendant', all[at].id);
    all[at].scrollIntoView({ block: 'nearest' });
  }
}
const pointed = () => options().findIndex(one => one.ariaSelected === 'true');

function shut({ back }) {
  panel().open = false;
  if (back) field()?.focus();
}
function pick(option) {
  if (!option) return;
  const here = field(), { value, selectionStart: at } = here, from = slash ? at - 1 : at;
  const rest = slash ? value.slice(0, from) + value.slice(at) : value;
  const whole = words.ours() || !rest.trim() || rest === here.dataset.draft || rest === here.defaultValue;
  slash = false;
  shut({ back: true });
  if (whole) replace(option.dataset.whole);
  else type(option.dataset.body, from, at);
}
// Keys in the list; what it takes, nobody else is to see.
function keys(event) {
  const here = search(), all = options(), at = pointed();
  const acts = {
    ArrowDown: () => point(at + 1),
    ArrowUp: () => point(at - 1),
    PageDown: () => point(Math.min(at + 5, all.length - 1)),
    PageUp: () => point(Math.max(at - 5, 0)),
    Enter: () => pick(all[at]),
    Escape: () => { slash = false; shut({ back: true }); },
  };
  const digit = /^[1-9]$/.test(event.key) && all[event.key - 1];
  if (!panel()?.contains(event.target) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target !== here && event.key !== 'Escape') return;
  if (!digit && !Object.hasOwn(acts, event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (digit) pick(digit);
  else acts[event.key]();
}
function show() {
  search().setAttribute('aria-expanded', 'true');
  search().value = '';
  fillList();
  search().focus({ preventScroll: true });
  panel().scrollIntoView({ block: 'nearest' });
}
function opened(event) {
  if (event.target !== panel()) return;
  if (!panel().open) search().setAttribute('aria-expanded', 'false');
  else if (search().ariaExpanded !== 'true') show();
}
function typed(event) {
  if (event.target === search()) fillList();
  if (event.target !== field() || !panel()) return;
  const { value, selectionStart: at } = field(), letters = $('#letters');
  if (letters && Intl.Segmenter) letters.textContent = [...new Intl.Segmenter().segment(value)].length;
  if (event.data !== '/' || value[at - 1] !== '/' || (at > 1 && value[at - 2] !== '\n')) return;
  slash = true;
  panel().open = true;
  show(); // at once: the browser tells of the opening later, and the next key is meant for the list
}

// -- questions, translation
async function send(button, url, body, part) {
  try {
    const { answer, text } = await ask(url, { method: 'POST', body });
    if (button.isConnected && answer.ok) put(part, text);
    else if (button.isConnected) complain(said('failed'));
    return answer.ok;
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // the stream line says that the desk is away
  }
}
async function ticked(box) {
  const form = new FormData(box.form), body = new URLSearchParams();
  for (const name of ['version', 'answered', 'seen']) for (const value of form.getAll(name)) body.append(name, value);
  if (await send(box, `/item/${$('#item').dataset.id}/questions`, body, '#questions') === false) box.checked = !box.checked;
  $(`#questions input[value="${box.value}"]`)?.focus({ preventScroll: true });
}
async function translate(button) {
  button.disabled = true;
  const item = $('#item');
  const body = new URLSearchParams({ text: field().value, version: $('#item').dataset.version });
  await send(button, button.formAction, body, '#says');
  if (button.isConnected) button.disabled = false;
  else if ($('#item') === item && document.activeElement === document.body) $('#says [data-translate], #says .said')?.focus({ preventScroll: true }); // to try again, or to read
}

// -- the customer's text moved under the reply: nothing may be approved that answers another
function lock() {
  const approve = $('#approve'), why = $('#approve-why');
  if (!approve || approve.disabled || !$('#notice [data-reread]')) return;
  approve.disabled = true;
  approve.setAttribute('aria-describedby', 'approve-why');
  why.hidden = false;
}

function pressed(event) {
  const part = event.target.closest?.('#findings [data-fix], #findings .told[role], #saved-list [role=option], [data-link], #kept-words [data-whole], [data-translate]');
  if (!part || !field() || field().readOnly) return;
  event.preventDefault();
  if (part.matches('[data-fix]')) mend(part);
  else if (part.matches('.told')) lead(part);
  else if (part.matches('[role=option]')) pick(part);
  else if (part.matches('[data-link]')) link(part.dataset.link);
  else if (part.matches('[data-translate]')) translate(part);
  else replace(part.dataset.whole);
}
// At the cursor, with a space on either side; before anybody was in the field, where its words end.
let entered;
function link(url) {
  const { value } = field(), end = entered === field() ? field().selectionEnd : place(value, Number(field().dataset.end));
  const start = entered === field() ? field().selectionStart : end;
  const before = start && !/\s/.test(value[start - 1]) ? ' ' : '', after = end < value.length && !/[\s.,;:!?]/.test(value[end]) ? ' ' : '';
  type(before + url + after, start, end);
}

export function start(known) {
  words = known;
  document.addEventListener('click', pressed);
  document.addEventListener('input', typed);
  document.addEventListener('toggle', opened, true);
  document.addEventListener('keydown', keys, true);
  document.addEventListener('keydown', event => {
    if (event.key === 'Enter' && event.target.matches?.('#reply input')) event.preventDefault(); // a tick sends nothing
    if (!['Enter', ' '].includes(event.key) || !event.target.matches?.('#findings .told[role]')) return;
    event.preventDefault();
    lead(event.target);
  });
  document.addEventListener('focusin', event => { if (event.target === field()) entered = field(); });
  document.addEventListener('change', event => { if (event.target.matches('#questions [name=answered]')) ticked(event.target); });
  const watch = new MutationObserver(lock);
  const see = () => { const item = $('#item'); watch.disconnect(); if (item) watch.observe(item, { childList: true }); lock(); };
  document.addEventListener('desk:shown', see);
  see();
}
