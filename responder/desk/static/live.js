// What changes elsewhere appears here. One stream for all tabs of a browser, because a browser holds
// only six connections to a server: the tab with the lock listens and tells the others.
import { typing } from './beside.js';
import { $, ask, fill, said, Trouble } from './page.js';
import { askQueue, go } from './swap.js';

const SOON = 120, LONGEST = 1000; // milliseconds: several changes are one look
let timer, greying, busy = false, until = 0, stale = new Set(); // `until`: nothing is asked before

// A busy desk is asked less often: looking takes a quarter of the time at most.
function soon() {
  if (!busy) timer ??= setTimeout(refresh, Math.max(SOON, until - performance.now()));
}
async function refresh() {
  clearTimeout(timer);
  timer = undefined;
  if (busy) return;
  const item = $('#item'), ids = stale, began = performance.now();
  let failed = false;
  stale = new Set();
  busy = true;
  try {
    await askQueue();
    if (item && (ids.has(item.dataset.id) || ids.has('*'))) await look(item);
  } catch (trouble) {
    failed = true;
    for (const id of ids) stale.add(id); // it is looked at again with the next list
    if (!(trouble instanceof Trouble)) throw trouble; // the stream line tells
  } finally {
    busy = false;
    until = performance.now() + Math.min(LONGEST, 3 * (performance.now() - began));
    if (stale.size && !failed) soon();
  }
}

// The open item: say what changed. Words that somebody may still approve are never swapped under them,
// read or typed: only an item that was closed elsewhere follows by itself.
async function look(item) {
  const { id, version, stage } = item.dataset;
  const { answer, text } = await ask(`/item/${id}/notice?${new URLSearchParams({ version, stage })}`);
  if (!answer.ok || $('#item') !== item || $('#main').ariaBusy === 'true') return;
  const holder = document.createElement('div');
  holder.id = 'notice';
  $('#notice').replaceWith(holder);
  fill('#notice', text);
  if ($('#notice [data-stale=closed]') && !typing() && !item.contains(document.activeElement?.closest('input, textarea, button, a, summary'))) {
    await go(location.href, { push: false, focus: document.activeElement === item });
  }
}

function on(message) {
  const line = $('#stream');
  if (message.type === 'state') {
    line.textContent = message.lost ? said('lost') : '';
    clearTimeout(greying); // what the list says of times is old by then
    if (message.lost) greying = setTimeout(() => document.body.classList.add('stale'), 60_000);
    else document.body.classList.remove('stale');
    return;
  }
  for (const id of message.drafts) stale.add(id);
  document.dispatchEvent(new CustomEvent('desk:changed', { detail: new Set(message.drafts) }));
  soon();
}

export function start() {
  // What was fetched ahead may have changed before it was shown.
  document.addEventListener('desk:led', () => { stale.add($('#item').dataset.id); refresh(); });
  const bus = new BroadcastChannel('desk-live');
  bus.onmessage = event => on(event.data);
  const relay = message => { on(message); bus.postMessage(message); };
  const listen = () => new Promise(() => { // held until the tab closes; then the next tab listens
    let lost;
    const connect = after => {
      const stream = new EventSource(`/events?after=${encodeURIComponent(after)}`);
      stream.addEventListener('open', () => {
        clearTimeout(lost);
        lost = undefined;
        relay({ type: 'state', lost: false });
      });
      stream.addEventListener('changed', event => relay({ type: 'changed', drafts: JSON.parse(event.data).drafts }));
      stream.addEventListener('resync', () => relay({ type: 'changed', drafts: ['*'] }));
      stream.addEventListener('error', () => { // the server ends a stream now and then: that is no loss
        lost ??= setTimeout(() => relay({ type: 'state', lost: true }), 3000);
        if (stream.readyState !== EventSource.CLOSED) return;
        // Refused, not cut off: perhaps signed out, and asking for the list leads to the door.
        setTimeout(() => { refresh(); connect('gone-0'); }, 5000);
      });
    };
    connect(document.body.dataset.live);
  });
  if (navigator.locks) navigator.locks.request('desk-live', listen);
  else listen(); // plain http off localhost has no locks: a stream for each tab
  setInterval(() => { if (!document.hidden) refresh(); }, 60_000); // times move on
  document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
  setInterval(() => {
    const item = $('#item[data-claim]');
    if (item && !document.hidden) ask(`/item/${item.dataset.id}/claim`, { method: 'POST' }).catch(() => {});
  }, 30_000);
}
