// Before the first paint: light or dark as the reader chose, or else as the system says.
(() => {
    const root = document.documentElement;
    const chosen = () => { try { return localStorage.getItem('theme'); } catch { return null; } };
    const show = theme => { if (theme === 'light' || theme === 'dark') root.dataset.theme = theme; else delete root.dataset.theme; };
    show(chosen());
    document.addEventListener('click', e => {
        if (!e.target.closest('[data-theme-switch]')) return;
        const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
        show(dark ? 'light' : 'dark');
        try { localStorage.setItem('theme', root.dataset.theme); } catch { /* it holds for this page alone */ }
        document.dispatchEvent(new Event('themechange'));
    });
})();
