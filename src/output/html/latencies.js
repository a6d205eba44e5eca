/*
 * The two flame-style histograms: hue is the mechanism, and on each leaf there is one cell a bucket,
 * fast to slow, whose width is that bucket's time.
 */
const CELLS = 32;

/* The whole requests of which these paths are legs. */
function wholeRequests(legs) {
	const same = (a, b) => a.area === b.area && a.device === b.device && a.op === b.op;
	const hasLegs = (path) => isWhole(path) && legs.some((i) => same(D.paths[i], path));

	return [...D.paths.keys()].filter((i) => hasLegs(D.paths[i]));
}

/*
 * The paths whose events a frame is made of. Requests are counted whole: a frame above the legs
 * stands for the requests of its devices, whose legs it is made of.
 */
function pathsOf(frame) {
	const own = leaves(frame).map((leaf) => leaf.path).filter((i) => i !== undefined);

	if (frame.kind === CPU)
		return {paths: own, events: "passes"};
	if (!frame.kids.length)
		return {paths: own, events: "requests"};
	const whole = wholeRequests(own);

	if (whole.length)
		return {paths: whole, events: "whole requests"};
	return {paths: own, events: "legs of requests"};
}

const histOf = (paths) => paths.reduce((hist, i) => addPath(hist, D.paths[i]), emptyHist());

function statsRows(frame, whole) {
	const share = percent(frame.drawn, whole, 2) + " % of what is drawn";
	const rows = [["time", ns(frame.drawn)], ["share", share]];
	const {paths, events} = pathsOf(frame);

	if (!paths.length)
		return rows;
	const f = figures(histOf(paths));

	return [
		...rows, [events, count(f.count)], ["mean", ns(f.mean)], ["p50", ns(f.p50)],
		["p99", ns(f.p99)], ["p99.9", ns(f.p999)], ["max", ns(f.max)]
	];
}

/* Buckets put together until they can be seen, none left as a sliver: {first, last, count, ns} */
function barsOf(frame, scale) {
	const buckets = D.paths[frame.path].buckets, bars = [];
	let rest = frame.ns, bar = null;

	for (let i = 0; i < buckets.length; i += 3) {
		bar = bar || {first: buckets[i], count: 0, ns: 0};
		bar.last = buckets[i];
		bar.count += buckets[i + 1];
		bar.ns += buckets[i + 2];
		rest -= buckets[i + 2];
		if (rest && (bar.ns * scale < 1 || rest * scale < 1))
			continue;
		bars.push(bar);
		bar = null;
	}
	return bars;
}

class LatencyFlame extends Flame {
	constructor(...args) {
		super(...args);
		this.topHeight = CELLS;
	}

	summary() {
		const drawn = this.root.drawn, all = D.cpu.total_ns, elapsed = D.run.elapsed_ns;

		if (this.zoomed !== this.root) {
			const share = percent(this.zoomed.drawn, drawn, 2);

			return `${way(this.zoomed)}: ${ns(this.zoomed.drawn)}, ${
				share} % of what is drawn`;
		}
		if (this.kind === CPU)
			return `${cpuSeconds(drawn)} of ${cpuSeconds(all)} vCPU-s ` +
				`(${percent(drawn, all)} %) in traced paths or held off; ` +
				"idle and guest code are left out";
		const flight = ratio(elapsed ? drawn / elapsed : 0);
		const [waited, seconds] = [drawn, elapsed].map((value) => (value / 1e9).toFixed(2));

		return `${waited} s waited in ${seconds} s: ${flight} in flight on average`;
	}

	tell(frame) {
		const away = frame === this.root ? "click: all of it"
						 : "click: zoom, and its latency over time below";
		const rows = statsRows(frame, this.root.drawn);

		return [way(frame), rows, frame === this.zoomed && frame.parent ? "" : away];
	}

	say(frame) {
		return `${ns(frame.drawn)}, ${percent(frame.drawn, this.root.drawn)} %`;
	}

	paint(frame) {
		return frame.parent ? D.palette.frames[frame.mech] : "#e2ded6";
	}

	drawTop(g, frame, x, y, scale) {
		if (frame.kids.length || frame.path === undefined)
			return;
		for (const bar of barsOf(frame, scale)) {
			g.append(this.drawBar(frame, bar, x, y - CELLS, bar.ns * scale));
			x += bar.ns * scale;
		}
	}

	drawBar(frame, bar, x, y, width) {
		const mean = bar.count ? bar.ns / bar.count : 0, label = ns(mean);
		const fill = shade(frame.mech, mean);
		/* A hairline between cells that are wide enough to lose it. */
		const wide = (width > 3 ? width - .6 : Math.max(width, .3)).toFixed(2);
		const rect = {x: x.toFixed(2), y, width: wide, height: CELLS - 1, fill};
		const place = {x: (x + width / 2).toFixed(1), y: y + CELLS / 2 + 3};
		const g = draw("g", {class: "bar", "data-ns": bar.ns}, draw("rect", rect));

		if (width > 6 * label.length + 4)
			g.append(draw("text", {...place, class: isDark(fill) && "light"}, label));
		explain(g, () => [way(frame), [
			["latency", `${ns(lower(bar.first))} to ${ns(upper(bar.last))}`],
			["events", count(bar.count)], ["time", ns(bar.ns)],
			["share", percent(bar.ns, frame.ns) + " % of the path"]
		]]);
		return g;
	}
}
