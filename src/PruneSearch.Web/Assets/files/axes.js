// The frame of a chart: lines, figures and what they mean.
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
