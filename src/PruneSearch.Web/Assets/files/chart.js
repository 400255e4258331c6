// Draws many points fast: what was drawn stays, and a new point costs no more than itself. Everything that is text is set as text.
import { axes, best, domain, pad, tall } from './axes.js';

const colours = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6', '--series-7', '--series-8'];
const atOnce = 5000; // points drawn in one frame

class Chart {
    constructor(place, owner) {
        this.place = place;
        this.owner = owner;
        this.values = new Float32Array(0);
        this.front = new Float32Array(0);
        this.options = { hidden: [] };
        this.chosen = this.hovered = -1;
        this.lower = this.layer();
        this.upper = this.layer();
        this.tip = document.createElement('div');
        this.tip.className = 'chart-tip';
        this.tip.hidden = true;
        place.append(this.tip);
        this.redraw = () => this.ask(true);
        this.size = new ResizeObserver(this.redraw);
        this.size.observe(place);
        this.scheme = matchMedia('(prefers-color-scheme: dark)');
        this.scheme.addEventListener('change', this.redraw);
        document.addEventListener('themechange', this.redraw);
        place.addEventListener('pointermove', e => this.point(e));
        place.addEventListener('pointerleave', () => this.hover(-1));
        place.addEventListener('click', e => { this.point(e); if (this.hovered >= 0) this.owner.invokeMethodAsync('OpenAsync', this.hovered); });
    }

    layer() {
        const canvas = document.createElement('canvas');
        canvas.setAttribute('aria-hidden', 'true');
        this.place.append(canvas);
        return canvas.getContext('2d');
    }

    // All points anew, or more of them.
    points(bytes, from) {
        const more = new Float32Array(bytes.slice().buffer), start = from * tall;
        const all = new Float32Array(start + more.length);
        all.set(this.values.subarray(0, start));
        all.set(more, start);
        this.values = all;
        if (from === 0) this.drawn = 0;
        this.ask(from === 0);
    }

    frontier(bytes) {
        this.front = new Float32Array(bytes.slice().buffer);
        this.ask(false);
    }

    set(options) {
        this.options = options;
        this.ask(true);
    }

    choose(index) {
        this.chosen = index;
        this.ask(false);
    }

    get count() { return this.values.length / tall; }

    ask(anew) {
        this.anew ||= anew;
        if (this.asked) return;
        this.asked = true;
        requestAnimationFrame(() => {
            this.asked = false;
            this.draw();
        });
    }

    draw() {
        const ratio = devicePixelRatio || 1, width = this.place.clientWidth, height = this.place.clientHeight;
        if (!width || !height) return;
        const d = domain(this.values, this.front, this.options);
        const same = this.area && d.x[0] === this.area.x[0] && d.x[1] === this.area.x[1] && d.y[0] === this.area.y[0] && d.y[1] === this.area.y[1];
        if (this.anew || !same || this.lower.canvas.width !== Math.round(width * ratio) || this.lower.canvas.height !== Math.round(height * ratio)) {
            this.area = { ...d, width, height };
            this.read();
            for (const layer of [this.lower, this.upper]) {
                layer.canvas.width = Math.round(width * ratio);
                layer.canvas.height = Math.round(height * ratio);
                layer.setTransform(ratio, 0, 0, ratio, 0, 0);
                layer.font = `12px ${this.style.fontFamily}`;
            }
            axes(this.lower, this.area, this.ink, this.options, (x, y) => this.at(x, y));
            this.drawn = 0;
            this.anew = false;
        }
        const g = this.lower;
        g.save();
        this.clip(g);
        const many = this.count > 400, end = Math.min(this.count, this.drawn + atOnce);
        for (; this.drawn < end; this.drawn++) {
            if (this.isHidden(this.drawn)) continue;
            if (this.count > atOnce) this.dot(g, this.drawn);
            else this.mark(g, this.drawn, many ? 2.5 : 4, many ? .45 : .75);
        }
        g.restore();
        this.drawTop();
        this.place.dataset.drawn = this.drawn;
        if (this.drawn < this.count) this.ask(false);
    }

    read() {
        this.style = getComputedStyle(this.place);
        const value = name => this.style.getPropertyValue(name).trim();
        this.ink = { series: colours.map(value), text: value('--text-soft'), line: value('--line'), strong: value('--text'), surface: value('--surface') };
    }

    clip(g) {
        g.beginPath();
        g.rect(pad.left, 0, this.area.width - pad.left, this.area.height - pad.bottom);
        g.clip();
    }

    at(x, y) {
        const a = this.area;
        return [pad.left + (x - a.x[0]) / (a.x[1] - a.x[0]) * (a.width - pad.left - pad.right),
            a.height - pad.bottom - (y - a.y[0]) / (a.y[1] - a.y[0]) * (a.height - pad.top - pad.bottom)];
    }

    isHidden(i) { return this.options.hidden.includes(this.values[i * tall + 4]); }

    // Of very many points each is a small square: a browser keeps what is drawn as commands for a while, and circles are large ones.
    dot(g, i) {
        const [x, y] = this.at(this.values[i * tall], this.values[i * tall + 1]);
        g.globalAlpha = .45;
        g.fillStyle = this.ink.series[this.values[i * tall + 2] % colours.length];
        g.fillRect(x - 1.5, y - 1.5, 3, 3);
    }

    mark(g, i, radius, alpha) {
        const [x, y] = this.at(this.values[i * tall], this.values[i * tall + 1]);
        if (!Number.isFinite(x + y)) return;
        g.globalAlpha = alpha;
        g.fillStyle = g.strokeStyle = this.ink.series[this.values[i * tall + 2] % colours.length];
        const shape = this.values[i * tall + 3];
        g.beginPath();
        if (shape === 1) {
            g.moveTo(x, y - radius * 1.7); g.lineTo(x + radius * 1.7, y); g.lineTo(x, y + radius * 1.7); g.lineTo(x - radius * 1.7, y);
            g.closePath();
        } else if (shape === 3) g.rect(x - radius, y - radius, 2 * radius, 2 * radius);
        else g.arc(x, y, radius, 0, 7);
        if (shape === 2) { g.lineWidth = 1.5; g.stroke(); } else g.fill();
        g.globalAlpha = 1;
    }

    // What changes often: the frontier, what was chosen, what the pointer is at.
    drawTop() {
        const g = this.upper, a = this.area, f = this.front;
        g.clearRect(0, 0, a.width, a.height);
        g.save();
        this.clip(g);
        g.strokeStyle = this.ink.strong;
        g.globalAlpha = .55;
        g.lineWidth = 2;
        g.lineJoin = 'round';
        g.beginPath();
        let last = -1;
        for (let i = 0; i < f.length; i += best) {
            const p = f[i] * tall, line = f[i + 5];
            if (this.isHidden(f[i])) continue;
            const [x, y] = this.at(this.values[p], this.values[p + 1]);
            if (line === last) g.lineTo(x, y); else g.moveTo(x, y);
            last = line;
        }
        g.stroke();
        g.lineWidth = 1.5;
        for (let i = 0; i < f.length; i += best) {
            const p = f[i] * tall;
            if (this.isHidden(f[i])) continue;
            const [x, y] = this.at(this.values[p], this.values[p + 1]);
            const [x1, y1] = this.at(f[i + 1], f[i + 3]), [x2, y2] = this.at(f[i + 2], f[i + 4]);
            g.globalAlpha = .5;
            g.strokeStyle = this.ink.series[this.values[p + 2] % colours.length];
            g.beginPath(); g.moveTo(x1, y); g.lineTo(x2, y); g.moveTo(x, y1); g.lineTo(x, y2); g.stroke();
            this.mark(g, f[i], 6, 1);
        }
        g.globalAlpha = 1;
        for (const [i, radius] of [[this.chosen, 11], [this.hovered, 8]]) {
            if (i < 0 || i >= this.count) continue;
            const [x, y] = this.at(this.values[i * tall], this.values[i * tall + 1]);
            g.strokeStyle = this.ink.strong;
            g.lineWidth = 2;
            g.beginPath(); g.arc(x, y, radius, 0, 7); g.stroke();
        }
        g.restore();
    }

    point(e) {
        if (!this.area) return;
        const box = this.place.getBoundingClientRect(), px = e.clientX - box.left, py = e.clientY - box.top;
        let nearest = -1, distance = 14 * 14;
        for (let i = 0; i < this.count; i++) {
            const [x, y] = this.at(this.values[i * tall], this.values[i * tall + 1]), far = (x - px) ** 2 + (y - py) ** 2;
            if (far <= distance && !this.isHidden(i)) { distance = far; nearest = i; }
        }
        this.hover(nearest);
    }

    async hover(index) {
        if (index === this.hovered) return;
        this.hovered = index;
        this.place.style.cursor = index >= 0 ? 'pointer' : '';
        this.ask(false);
        this.tip.hidden = true;
        if (index < 0) return;
        const lines = await this.owner.invokeMethodAsync('Describe', index);
        if (index !== this.hovered) return;
        this.tip.replaceChildren(...lines.map((line, i) => {
            const row = document.createElement(i ? 'span' : 'strong');
            row.textContent = line;
            return row;
        }));
        const [x, y] = this.at(this.values[index * tall], this.values[index * tall + 1]);
        this.tip.hidden = false;
        this.tip.style.left = `${Math.max(4, Math.min(x + 14, this.area.width - this.tip.offsetWidth - 4))}px`;
        this.tip.style.top = `${Math.max(0, y - this.tip.offsetHeight - 12)}px`;
    }

    dispose() {
        this.size.disconnect();
        this.scheme.removeEventListener('change', this.redraw);
        document.removeEventListener('themechange', this.redraw);
        this.place.replaceChildren();
    }
}

export function create(place, owner) { return new Chart(place, owner); }
