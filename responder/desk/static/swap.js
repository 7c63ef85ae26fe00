// Pages come from the server; this puts their parts into the page that is open.
import { tell, warn } from './toast.js';

const policy = window.trustedTypes?.createPolicy('desk', { createHTML: text => text }); // our own server's pages only
export const $ = (selector, root = document) => root.querySelector(selector);
// Where letters are not ours: every control, since letters choose in some, and all else of a form, but
// for the buttons of the item itself.
export const inField = element => !!element?.matches?.('input, textarea, select')
  || (!!element?.closest?.('form') && !(element.matches('button, summary') && element.closest('#item, #toast')));
// Somebody is about to say something in a form beside the item: nothing may be put in its place.
const changed = field => (field.options ? [...field.options].some(option => option.selected !== option.defaultSelected)
  : field.type === 'checkbox' || field.type === 'radio' ? field.checked !== field.defaultChecked
    : field.type !== 'hidden' && field.value !== field.defaultValue);
export const choosing = () => {
  const form = $('#right form');
  return !!form && (form.contains(document.activeElement) || [...form.querySelectorAll('input, select')].some(changed));
};
const parse = text => {
  const holder = document.createElement('template');
  holder.innerHTML = policy ? policy.createHTML(text) : text;
  return holder.content;
};

// Whoever is at something in the part is at the same thing afterwards, if it is still there.
export const put = (selector, text) => {
  const found = $(selector, parse(text)), old = $(selector), here = document.activeElement;
  if (!found || !old) return;
  const inside = old.contains(here);
  old.replaceWith(found);
  if (inside) twin(here, found)?.focus({ preventScroll: true });
};
export const fill = (selector, text) => $(selector)?.replaceChildren(parse(text));

export class Trouble extends Error {}

// No word of ours stands in the scripts: the page brings them, in its reader's language.
export const said = name => $('#said').dataset[name];

// `from`: where somebody comes back to who has to sign in first.
export async function ask(url, options = {}, from = location.pathname + location.search) {
  let answer;
  try {
    answer = await fetch(url, { ...options, headers: { 'desk-part': '1', ...options.headers } });
  } catch {
    throw new Trouble(said('away'));
  }
  const text = await answer.text();
  if (answer.status === 401) {
    location.assign(`/sign-in?next=${encodeURIComponent(from)}`);
    throw new Trouble(said('out'));
  }
  return { answer, text };
}

// What stands for an element once it was drawn anew: the same link, box or button.
const twin = (element, root) => [...root.querySelectorAll(element.tagName)].find(other =>
  other.getAttribute('href') === element.getAttribute('href') && other.name === element.name && other.value === element.value
  && (element.tagName !== 'BUTTON' || other.textContent === element.textContent));

// The list, without losing focus, place or what was chosen: onto the same row, or the one that took
// its place. The same list leaves the filters alone: somebody may be at them.
export function putQueue(text) {
  const old = $('#queue'), fresh = $('#queue', parse(text));
  if (!old || !fresh) return;
  const rows = $('.rows', old), top = rows?.scrollTop ?? 0, here = document.activeElement;
  const focused = here?.closest?.('a.row'), inside = old.contains(here);
  const at = focused ? [...old.querySelectorAll('a.row')].indexOf(focused) : -1;
  const chosen = new Set([...old.querySelectorAll('.pick input:checked')].map(box => box.value));
  const same = old.dataset.list === fresh.dataset.list;
  for (const part of same ? ['#lists', '#list'] : []) $(part, old).replaceWith($(part, fresh));
  if (!same) old.replaceWith(fresh);
  const now = $('#queue');
  for (const box of now.querySelectorAll('.pick input')) box.checked = same && chosen.has(box.value);
  if (same && $('.rows', now)) $('.rows', now).scrollTop = top;
  if (focused) {
    const links = [...now.querySelectorAll('a.row')];
    const again = links.find(row => row.dataset.id === focused.dataset.id);
    (again ?? links[Math.min(at, links.length - 1)] ?? $('.views a[aria-current]', now))?.focus({ preventScroll: true });
  } else if (inside && !now.contains(document.activeElement)) (twin(here, now) ?? $('.views a[aria-current]', now))?.focus({ preventScroll: true });
  document.dispatchEvent(new Event('desk:list'));
}

// The list as it is now, with its filters and from the same row on, around the item that is open.
export async function askQueue() {
  const list = $('#queue')?.dataset.list, item = $('#item');
  if (!list) return;
  const { answer, text } = await ask(`/queue?view=${list}&open=${item?.dataset.id ?? ''}`);
  if (!answer.ok || $('#queue')?.dataset.list !== list || $('#item') !== item) return;
  putQueue(text);
  // A pause that began or ended elsewhere shows at once; but never under somebody's finger.
  if (!$('#banner')?.contains(document.activeElement)) put('#banner', text);
}

// Nobody has read what appeared a moment ago: a second tap was meant for what stood there before.
const UNREAD = 600;
let shownAt = -UNREAD;
export const unread = () => performance.now() - shownAt < UNREAD;
const shown = () => { const { id, version, stage } = $('#item')?.dataset ?? {}; return `${id} ${version} ${stage}`; };

// The answer about an item that somebody has left: the list, and a word. What is open stays as it is.
async function tellOnly(text, left) {
  const page = parse(text), refusal = $('#refusal', page);
  if (refusal) warn(left.who, refusal.textContent.trim(), left.href);
  else tell(page);
  await askQueue();
}

// The next item takes the place of the one that was just approved, before anybody has answered. Who
// has to sign in first comes back to the one they left: nobody knows yet whether it was approved.
function lead(ahead, id, from) {
  current += 1; // what is on its way is about an item that was left
  show(ahead.text, { focus: true });
  $(`#queue a.row[data-id="${id}"]`)?.closest('li').remove();
  history.pushState(null, '', ahead.url);
  ask(`/item/${ahead.id}/claim`, { method: 'POST' }, from).then(({ answer }) => {
    if ($('#item')?.dataset.id !== ahead.id) return;
    if (answer.ok) document.dispatchEvent(new Event('desk:led'));
    else go(location.href, { push: false });
  }).catch(() => {}); // the stream line tells
}

function show(text, { focus }) {
  const page = parse(text), before = shown();
  for (const part of ['#banner', '#work']) {
    const found = $(part, page), old = $(part);
    if (found && old) old.replaceWith(found);
  }
  putQueue(text);
  tell(page);
  if (shown() !== before) shownAt = performance.now();
  document.title = $('title', page)?.textContent ?? document.title;
  document.body.classList.toggle('opened', !!$('#item, #question'));
  $('#queue a.row[aria-current]')?.scrollIntoView({ block: 'nearest' });
  if (focus) ($('#refusal') ?? $('#item') ?? $('#question') ?? $('#queue a.row') ?? $('#main'))?.focus({ preventScroll: true });
  if (document.body.classList.contains('opened') || $('#item')) $('#work').scrollTop = 0;
  if (matchMedia('(max-width: 45.99rem)').matches) scrollTo(0, 0);
  document.dispatchEvent(new Event('desk:shown'));
}

let current = 0;
export async function go(url, { method = 'GET', body, form, done, push = true, focus = true, ahead } = {}) {
  const mine = ++current, main = $('#main');
  const left = { who: $('h1')?.textContent.trim(), href: location.href, from: location.pathname + location.search };
  if (!ahead) main.setAttribute('aria-busy', 'true');
  try {
    // `keepalive`: it arrives even if the page is left for another one.
    const asked = ask(url, { method, body, keepalive: method === 'POST', headers: ahead ? { 'desk-ahead': '1' } : {} }, left.from);
    if (ahead) lead(ahead, $('#item').dataset.id, left.from);
    const { answer, text } = await asked;
    if (mine !== current && method === 'GET') return; // somebody clicked on meanwhile
    const page = parse(text); // a page of trouble has a toast too, but no item and no list
    if (!$('#work', page) && !(answer.ok && $('#toast', page))) throw new Trouble($('main p', page)?.textContent ?? said('failed'));
    if (answer.ok) done?.();
    const here = document.activeElement;
    if (method === 'POST' && (mine !== current || (inField(here) && here.form !== form))) {
      await tellOnly(text, left);
      return answer.ok;
    }
    show(text, { focus });
    const place = new URL(answer.url);
    for (const said of ['done', 'reply']) place.searchParams.delete(said);
    if (answer.ok && push && place.href !== location.href) history.pushState(null, '', place);
    else if (answer.ok) history.replaceState(null, '', place);
    return answer.ok;
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    if (mine === current) complain(trouble.message);
    else if (method === 'POST') warn(left.who, trouble.message, left.href);
    return false;
  } finally {
    if (mine === current) main.removeAttribute('aria-busy');
  }
}

export function complain(sentence) {
  let box = $('#refusal');
  if (!box) {
    box = document.createElement('div');
    Object.assign(box, { id: 'refusal', className: 'alert', tabIndex: -1 });
    box.setAttribute('role', 'alert');
    ($('#notice') ?? $('#work')?.firstChild)?.before(box);
  }
  const words = document.createElement('p');
  words.textContent = sentence;
  box.replaceChildren(words);
}
