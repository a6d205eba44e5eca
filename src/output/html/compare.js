/* Above and below the bars: what they are. */
const BAND = 26;

/*
 * Two histograms on one axis of latency, one up and one down: an emulated path against a PV one, or
 * the frame that was clicked against another.
 */
class Compare {
	constructor(section) {
		const {paths} = total, all = [...paths.keys()].filter((i) => paths[i].count);

		this.whole = all.filter((i) => isWhole(paths[i]));
		this.rows = [...this.whole, ...all.filter((i) => !isWhole(paths[i]))];
		section.querySelector("h2").append(
			el("small", null, "share of events by latency, on one axis"));
		if (!this.whole.length)
			section.append(el("p", {class: "note"}, "no whole request was measured"));
		if (!this.rows.length)
			return;
		const [a, b] = this.pick();

		this.first = this.select(a, "Above");
		this.second = this.select(b, "Below");
		this.svg = draw("svg", {role: "img"});
		section.append(
			el("div", {class: "controls"}, el("label", null, "Above ", this.first),
				el("label", null, "Below ", this.second),
				el("span", null, "a frame that is clicked is shown above")),
			el("div", {class: "plot"}, this.svg));
	}

	/* "sda read (VS emulated)" of whole requests, of other paths the way to them. */
	name(i) {
		const path = total.paths[i];

		return isWhole(path)
			? `${path.device || path.area} ${path.op} (${mechName(path.mechanism)})`
			: pathName(i);
	}

	/* The emulated and the paravirtual one most waited for; of one kind only, its first two. */
	pick() {
		const {paths} = total, from = this.whole.length ? this.whole : this.rows;
		/* timers, the most of all, only where there is nothing else */
		const order = (a, b) => isTimer(paths[a]) - isTimer(paths[b]) ||
			paths[b].total_ns - paths[a].total_ns;
		const sorted = [...from].sort(order);
		const of = (mech) => sorted.find((i) => paths[i].mechanism === mech);
		const a = of("emulated") ?? sorted[0];
		const others = [of("pv"), ...sorted].filter((i) => i !== undefined && i !== a);

		return [a, others[0] ?? a];
	}

	/* A frame's paths: of one alone there is a histogram. */
	show(paths) {
		if (paths.length !== 1 || !this.rows.includes(paths[0]))
			return;
		this.first.value = paths[0];
		this.draw();
	}

	select(chosen, label) {
		const option = (i) =>
			el("option", {value: i, selected: i === chosen}, this.name(i));
		const element = el("select", {"aria-label": label}, this.rows.map(option));

		element.addEventListener("change", () => this.draw());
		return element;
	}

	/* One axis for both: from the first bucket used to the last. */
	measure(two) {
		const hists = two.map((i) => histOf([i]));
		const used = hists.flatMap(
			(hist) => [...hist.count.keys()].filter((b) => hist.count[b]));
		const peaks = hists.map((hist) => Math.max(...hist.count) / sum(hist.count));

		this.width = this.svg.parentNode.clientWidth || 1200;
		this.left = 58;
		this.right = this.width - 12;
		this.half = 120;
		this.middle = BAND + this.half;
		this.begin = Math.min(...used) - 2;
		this.end = Math.max(...used) + 2;
		this.unit = (this.right - this.left) / (this.end + 1 - this.begin);
		this.peak = Math.max(...peaks);
	}

	/* Of a place on an axis whose unit is one bucket. */
	x(at) {
		return this.left + (at - this.begin) * this.unit;
	}

	draw() {
		if (!this.svg)
			return;
		const two = [this.first, this.second].map((select) => Number(select.value));
		const [above, below] = two.map((i) => this.name(i));

		this.measure(two);
		const total = this.middle + this.half + 20 + BAND;

		this.svg.replaceChildren();
		this.svg.setAttribute("viewBox", `0 0 ${this.width} ${total}`);
		this.svg.setAttribute("height", total);
		this.svg.setAttribute("aria-label", `${above} above, ${below} below`);
		this.svg.append(this.axis(), this.side(two[0], -1), this.side(two[1], 1));
	}

	axis() {
		const {left, right, middle, half} = this, g = draw("g", {class: "axis"});
		const line = (x1, y1, x2, y2) => draw("line", {x1, y1, x2, y2});
		const text = (x, y, anchor, said) =>
			draw("text", {x, y, "text-anchor": anchor}, said);
		const peak = (100 * this.peak).toFixed(1) + " %";

		for (const tick of latencyTicks(this.begin, this.end, (right - left) / 44)) {
			const x = this.x(tick.at);

			g.append(line(x, middle - half, x, middle + half),
				text(x, middle + half + 17, "middle", tick.text));
		}
		for (const [y, said] of [
			     [middle - half, peak], [middle, "0"], [middle + half, peak]])
			g.append(line(left, y, right, y), text(left - 8, y + 4, "end", said));
		g.append(text(right, middle + half + 38, "end", "latency"));
		return g;
	}

	/* One path's bars, name and percentiles; sign: -1 above the axis, 1 below. */
	side(i, sign) {
		const hist = histOf([i]), f = figures(hist), mech = total.paths[i].mechanism;
		const g = draw("g", {"data-path": i});

		hist.count.forEach((events, bucket) => {
			if (events)
				g.append(...this.bar(i, mech, bucket, events, f.count, sign));
		});
		g.append(this.title(i, f, sign), ...this.markers(f, sign));
		return g;
	}

	bar(i, mech, bucket, events, all, sign) {
		const tall = Math.max(this.half * events / all / this.peak, 1);
		const bar = draw("rect", {
			class: "side",
			x: this.x(bucket).toFixed(1),
			y: (this.middle + (sign < 0 ? -.5 - tall : .5)).toFixed(1),
			width: Math.max(this.unit - .8, .8).toFixed(1),
			height: tall.toFixed(1),
			fill: shade(mech, lower(bucket)),
			stroke: tall > 2 && shade(mech, 1e8),
			"stroke-width": .4
		});

		/* Few of many are a line thin: all of the column above or below tells. */
		const column = draw("rect", {
			class: "column",
			x: this.x(bucket).toFixed(1),
			y: sign < 0 ? this.middle - this.half : this.middle,
			width: Math.max(this.unit, 2).toFixed(1),
			height: this.half
		});

		explain(column, () => [this.name(i), [
			["latency", `${ns(lower(bucket))} to ${ns(upper(bucket))}`],
			["events", count(events)], ["share", percent(events, all, 2) + " %"]
		]]);
		return [bar, column];
	}

	/* In the band on its side; a long name is cut, its figures are not. */
	title(i, f, sign) {
		const quantiles = `p50 ${ns(f.p50)}, p99 ${ns(f.p99)}, p99.9 ${ns(f.p999)}`;
		const said = `: ${count(f.count)} events, mean ${ns(f.mean)}, ${quantiles}, max ${
			ns(f.max)}`;
		const room = this.right - this.left - 130 - CHAR * said.length;
		const y = sign < 0 ? BAND - 10 : this.middle + this.half + 40;

		return draw("text", {x: this.left, y},
			draw("tspan", {class: "label"}, cut(this.name(i), room)), said);
	}

	/* Each a line further in than the last, so that near ones do not touch. */
	markers(f, sign) {
		const edge = this.middle + sign * this.half;
		const names = [["p50", f.p50], ["p99", f.p99], ["p99.9", f.p999]];

		return names.flatMap(([name, value], i) => {
			const x = this.x(position(value)), y = edge - sign * (14 + 17 * i) + 4;
			const before = x > this.right - 90;
			const anchor = {"text-anchor": before ? "end" : "start"};

			return [
				draw("line",
					{class: "marker", x1: x, x2: x, y1: this.middle, y2: edge}),
				draw("text",
					{class: "halo", x: x + (before ? -5 : 5), y, ...anchor},
					`${name} ${ns(value)}`)
			];
		});
	}
}
