// A server that is gone may come back: ask for as long as the page is open, at first often. A new server does not know the old page's state, which
// stands in the address, and begins with it again.
Blazor.start({
    ssr: { disableDomPreservation: true }, // a link that is followed before the page is live loads the other page
    circuit: {
        reconnectionOptions: { maxRetries: 1e9, retryIntervalMilliseconds: tries => Math.min(5000, 250 * 2 ** Math.min(tries, 5)) },
    },
});
new MutationObserver(changes => {
    if (changes.some(c => c.target.classList.contains('components-reconnect-rejected'))) location.reload();
}).observe(document.getElementById('components-reconnect-modal'), { attributes: true, attributeFilter: ['class'] });
