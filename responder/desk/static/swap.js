// Pages come from the server; this puts their parts into the page that is open.
const policy = window.trustedTypes?.createPolicy('desk', { createHTML: text => text }); // our own server's pages only
export const $ = (selector, root = document) => root.querySelector(selector);
const parse = text => {
  const holder = document.createElement('template');
  holder.innerHTML = policy ? policy.createHTML(text) : text;
  return holder.content;
};

export const put = (selector, text) => {
  const fresh = parse(text);
  const found = $(selector, fresh), old = $(selector);
  if (found && old) old.replaceWith(found);
};
export const fill = (selector, text) => $(selector)?.replaceChildren(parse(text));

export class Trouble extends Error {}

export async function ask(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, { ...options, headers: { 'desk-part': '1', ...options.headers } });
  } catch {
    throw new Trouble('The desk does not answer. Look whether it was done once it is back; your words are kept here.');
  }
  const text = await answer.text();
  if (answer.status === 401) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    throw new Trouble('You are signed out. Your words are kept.');
  }
  return { answer, text };
}

// The list, without losing focus or place: onto the same row, or the one that took its place.
export function putQueue(text) {
  const old = $('#queue'), rows = $('.rows', old);
  const focused = document.activeElement?.closest?.('a.row');
  const links = [...old.querySelectorAll('a.row')];
  const at = focused ? links.indexOf(focused) : -1;
  const top = rows?.scrollTop ?? 0, inside = old.contains(document.activeElement);
  put('#queue', text);
  const fresh = $('#queue');
  if ($('.rows', fresh)) $('.rows', fresh).scrollTop = top;
  if (focused) {
    const now = [...fresh.querySelectorAll('a.row')];
    const same = now.find(row => row.dataset.id === focused.dataset.id);
    (same ?? now[Math.min(at, now.length - 1)] ?? $('.views a[aria-current]', fresh))?.focus({ preventScroll: true });
  } else if (inside) $('.views a[aria-current]', fresh)?.focus({ preventScroll: true });
}

function show(text, { focus }) {
  const page = parse(text);
  for (const part of ['#banner', '#work']) {
    const found = $(part, page), old = $(part);
    if (found && old) old.replaceWith(found);
  }
  putQueue(text);
  $('#toast')?.replaceChildren(...($('#toast', page)?.childNodes ?? []));
  document.title = $('title', page)?.textContent ?? document.title;
  document.body.classList.toggle('opened', !!$('#item'));
  $('#queue a.row[aria-current]')?.scrollIntoView({ block: 'nearest' });
  if (focus) ($('#refusal') ?? $('#item') ?? $('#queue a.row') ?? $('#main'))?.focus({ preventScroll: true });
  if (document.body.classList.contains('opened') || $('#item')) $('#work').scrollTop = 0;
  if (matchMedia('(max-width: 45.99rem)').matches) scrollTo(0, 0);
  document.dispatchEvent(new Event('desk:shown'));
}

let current = 0;
export async function go(url, { method = 'GET', body, push = true, focus = true } = {}) {
  const mine = ++current, main = $('#main');
  main.setAttribute('aria-busy', 'true');
  try {
    const { answer, text } = await ask(url, { method, body });
    if (mine !== current && method === 'GET') return; // somebody clicked on meanwhile
    if (!parse(text).querySelector('#work')) throw new Trouble(parse(text).querySelector('main p')?.textContent ?? 'That did not work.');
    show(text, { focus });
    const place = new URL(answer.url);
    for (const said of ['done', 'reply']) place.searchParams.delete(said);
    if (answer.ok && push && place.href !== location.href) history.pushState(null, '', place);
    else if (answer.ok) history.replaceState(null, '', place);
    return answer.ok;
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    complain(trouble.message);
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
