// The frame of a chart: lines, figures and what they mean.
export const tall = 5; // values a point: x, y, colour, shape, series
export const best = 6; // values a point of the frontier: its index, x from, x to, y from, y to, which line it is on
export const pad = { left: 56, right: 20, top: 30, bottom: 46 };

function ticks(low, high, room) {
    const rough = (high - low) / Math.max(2, room), power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map(m => m * power).find(s => s >= rough) ?? 10 * power;
    const all = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) all.push(i * step);
    return { all, digits: Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) + (String(step / power).includes('.5') ? 1 : 0) - 1e-9))) };
}

export function axes(g, a, ink, options, at) {
    g.clearRect(0, 0, a.width, a.height);
    g.lineWidth = 1;
    const across = ticks(...a.x, a.width / 90), up = ticks(...a.y, a.height / 56);
    g.strokeStyle = ink.line;
    g.fillStyle = ink.text;
    g.textAlign = 'right';
    g.textBaseline = 'middle';
    for (const t of up.all) {
        const y = Math.round(at(0, t)[1]) + .5;
        g.beginPath(); g.moveTo(pad.left, y); g.lineTo(a.width - pad.right, y); g.stroke();
        g.fillText(t.toFixed(up.digits), pad.left - 8, y);
    }
    g.textAlign = 'center';
    g.textBaseline = 'top';
    for (const t of across.all) {
        const x = at(t, 0)[0];
        g.fillText(t.toFixed(across.digits) + (options.unit ?? ''), x, a.height - pad.bottom + 8);
    }
    g.textAlign = 'left';
    g.fillText(options.up ?? '', 4, 2);
    g.textAlign = 'center';
    g.fillText(options.across ?? '', pad.left + (a.width - pad.left - pad.right) / 2, a.height - 18);
    if (options.same != null && options.same > a.x[0] && options.same < a.x[1]) {
        const x = Math.round(at(options.same, 0)[0]) + .5;
        g.setLineDash([3, 4]);
        g.strokeStyle = ink.text;
        g.beginPath(); g.moveTo(x, pad.top); g.lineTo(x, a.height - pad.bottom); g.stroke();
        g.setLineDash([]);
    }
}

// Around the frontier, or around everything.
export function domain(values, front, options) {
    const hidden = new Set(options.hidden), xs = [Infinity, -Infinity], ys = [Infinity, -Infinity];
    const take = (x, y) => {
        if (!Number.isFinite(x) || !Number.isFinite(y)) return;
        xs[0] = Math.min(xs[0], x); xs[1] = Math.max(xs[1], x);
        ys[0] = Math.min(ys[0], y); ys[1] = Math.max(ys[1], y);
    };
    if (options.close && front.length > best) {
        for (let i = 0; i < front.length; i += best) {
            take(front[i + 1], front[i + 3]);
            take(front[i + 2], front[i + 4]);
        }
        for (let i = 0; i < values.length; i += tall) {
            if (values[i + 3] === 1) take(values[i], values[i + 1]); // the original
        }
    } else {
        for (let i = 0; i < values.length; i += tall) if (!hidden.has(values[i + 4])) take(values[i], values[i + 1]);
    }
    if (xs[0] > xs[1]) return { x: [0, 1], y: [0, 1] };
    const wide = ([a, b], share, least) => { const room = Math.max((b - a) * share, least); return [a - room, b + room]; };
    return { x: wide(xs, .06, .02 * Math.abs(xs[1]) || .1), y: wide(ys, .08, .01) };
}
