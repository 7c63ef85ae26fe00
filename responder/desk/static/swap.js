// Pages come from the server; this puts their parts into the page that is open.
import { $, ask, inField, parse, put, said, Trouble, twin } from './page.js';
import { tell, warn } from './toast.js';

// Somebody is about to say something in a form beside the item: nothing may be put in its place.
const changed = field => (field.options ? [...field.options].some(option => option.selected !== option.defaultSelected)
  : field.type === 'checkbox' || field.type === 'radio' ? field.checked !== field.defaultChecked
    : field.type !== 'hidden' && field.value !== field.defaultValue);
export const choosing = () => {
  const form = $('#right form');
  return !!form && (form.contains(document.activeElement) || [...form.querySelectorAll('input, select')].some(changed));
};

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

// The list as it is now, with its filters and from the same row on, around the item that is open. A
// question has the heading of the page, as an item has.
export async function askQueue() {
  const list = $('#queue')?.dataset.list, open = $('#item, #question');
  if (!list) return;
  const { answer, text } = await ask(`/queue?view=${list}&open=${open ? open.dataset.id ?? '-' : ''}`);
  if (!answer.ok || $('#queue')?.dataset.list !== list || $('#item, #question') !== open) return;
  putQueue(text);
  // A pause that began or ended elsewhere shows at once; but never under somebody's finger.
  if (!$('#banner')?.contains(document.activeElement)) put('#banner', text);
}

// Nobody has read what appeared a moment ago: a second tap was meant for what stood there before, and
// so was every further one of a hand that taps on and on.
const UNREAD = 600;
let shownAt = -UNREAD;
export function unread() {
  const now = performance.now(), is = now - shownAt < UNREAD;
  if (is) shownAt = now;
  return is;
}
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
  for (const row of document.querySelectorAll('#queue a.row')) row.ariaCurrent = row.dataset.id === ahead.id ? 'true' : null;
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
    // `keepalive`: it arrives even if the page is left for another one. Browsers allow 64 KiB of it.
    const keepalive = method === 'POST' && String(body).length < 30_000;
    const asked = ask(url, { method, body, keepalive, headers: ahead ? { 'desk-ahead': '1' } : {} }, left.from);
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
    else if (method === 'POST') {
      warn(left.who, trouble.message, left.href);
      askQueue().catch(() => {}); // what was not done stands there again; if not, the stream line tells
    }
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
