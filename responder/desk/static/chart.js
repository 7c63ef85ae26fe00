// Charts: fetched where they are not drawn yet; what a mark means, on hover and by arrow keys. The
// marks carry their words as aria-label.
import { $, Trouble, ask, parse } from './page.js';

export function start() {
  for (const plot of document.querySelectorAll('[data-plot]')) {
    if (plot.dataset.draw) draw(plot); else bring(plot);
  }
  // Where the tabs do not fit, the chosen one is to be seen.
  $('.tabs [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  $('[data-print]')?.addEventListener('click', () => print());
  const sieve = $('form[data-trends]');
  // Days of one's own and a period that ends now exclude each other; the days would win.
  sieve?.addEventListener('change', ({ target }) => {
    const { period, from, to } = sieve.elements;
    if (target === period && period.value) from.value = to.value = '';
    else if (target === from || target === to) period.value = from.value || to.value ? '' : period.value;
  });
}

async function draw(plot) {
  plot.ariaBusy = 'true';
  try {
    const { answer, text } = await ask(plot.dataset.draw);
    if (!answer.ok) throw new Trouble();
    plot.prepend(parse(text));
    bring(plot);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    $('[data-undrawn]', plot).hidden = false;
    const table = $('details', plot.closest('figure'));
    if (table) table.open = true;
  } finally {
    plot.removeAttribute('data-draw');
    plot.ariaBusy = null;
  }
}

function bring(plot) {
  const svg = plot.querySelector('svg');
  const marks = [...svg.querySelectorAll('[role="graphics-symbol"][aria-label]')];
  if (plot.dataset.plot === 'time') {
    // Where it is narrow: the newest first, whenever picture and place get their size.
    const newest = new ResizeObserver(() => { plot.scrollLeft = plot.scrollWidth; });
    newest.observe(svg);
    newest.observe(plot);
  }
  svg.setAttribute('role', 'graphics-document');
  svg.setAttribute('aria-label', plot.dataset.label);
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.hidden = true;
  tip.ariaHidden = 'true';
  plot.append(tip);
  const tell = mark => {
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.getAttribute('aria-label');
    const box = plot.getBoundingClientRect(), at = mark.getBoundingClientRect();
    const left = Math.min(at.x - box.x + plot.scrollLeft + 12, plot.scrollLeft + box.width - tip.offsetWidth - 4);
    // Set by script, so the policy that forbids style attributes in pages allows it.
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${Math.max(0, at.y - box.y - tip.offsetHeight - 6)}px`;
  };
  marks.forEach((mark, index) => mark.setAttribute('tabindex', index ? -1 : 0));
  plot.addEventListener('pointerover', event => {
    const mark = event.target.closest('[role="graphics-symbol"][aria-label]');
    tell(marks.includes(mark) ? mark : null);
  });
  plot.addEventListener('pointerleave', () => tell(null));
  plot.addEventListener('focusin', event => { if (marks.includes(event.target)) tell(event.target); });
  plot.addEventListener('focusout', () => tell(null));
  plot.addEventListener('keydown', event => {
    const by = { ArrowRight: 1, ArrowLeft: -1, End: marks.length, Home: -marks.length }[event.key];
    const from = marks.indexOf(document.activeElement);
    if (by === undefined || from < 0) return;
    event.preventDefault();
    const next = marks[Math.max(0, Math.min(marks.length - 1, from + by))];
    marks[from].setAttribute('tabindex', -1);
    next.setAttribute('tabindex', 0);
    next.focus();
  });
}
