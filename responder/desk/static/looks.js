// What a browser remembers of somebody's choices. The server's cookie is the truth; the note keys.js
// reads is brought in line before it is read, and the switch in its dialog reaches the cookie.
const root = document.documentElement;
if (root.dataset.keys) localStorage.setItem('desk-keys', root.dataset.keys);

document.addEventListener('change', event => {
  if (event.target.id !== 'single-keys') return;
  root.dataset.keys = event.target.checked ? 'on' : 'off';
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `desk-keys=${root.dataset.keys}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
});
