// A server that is gone may come back: ask for as long as the page is open, at first often. A new server does not know the old page's state, which
// stands in the address, and begins with it again.
const start = () => Blazor.start({
    ssr: { disableDomPreservation: true }, // a link that is followed before the page is live loads the other page
    circuit: {
        reconnectionOptions: { maxRetries: 1e9, retryIntervalMilliseconds: tries => Math.min(5000, 250 * 2 ** Math.min(tries, 5)) },
    },
});
// What was sent with the page is painted before anything that is alive takes the browser's time; a page in the background does not wait for that.
let begun = false;
const begin = () => { if (!begun) { begun = true; start(); } };
requestAnimationFrame(() => setTimeout(begin));
setTimeout(begin, 300);
const modal = document.getElementById('components-reconnect-modal');
new MutationObserver(() => {
    if (modal.classList.contains('components-reconnect-rejected')) location.reload();
}).observe(modal, { attributes: true, attributeFilter: ['class'] });
// Another server may be there, which does not know this browser: its own page says what to do then.
setInterval(async () => {
    if (!['show', 'retrying', 'failed'].some(state => modal.classList.contains(`components-reconnect-${state}`))) return;
    try {
        if ((await fetch('icon.svg', { cache: 'no-store' })).status === 401) location.reload();
    } catch { /* nobody is there yet */ }
}, 2000);
