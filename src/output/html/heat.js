/*
 * Latency over time: a column an interval, a row a bucket, and the fuller a cell the more events.
 * Depth is logarithmic with a floor, so that a single slow request is seen beside a million.
 */
const LEVELS = 16, HEAT_TOP = 46, HEAT_LEFT = 66;

/* A path's string (src/output/html.c) as a list of [column, [bucket, count], ..]. */
function decode(text) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const columns = [];
	let at = 0, column = 0;
	const number = () => {
		let value = 0, scale = 1, digit;

		do {
			digit = digits.indexOf(text[at++]);
			value += (digit & 31) * scale;
			scale *= 32;
		} while (digit & 32);
		return value;
	};

	while (at < text.length) {
		column += number();
		const cells = [];
		let bucket = 0;

		for (let left = number(); left; left--) {
			bucket += number();
			cells.push([bucket, number()]);
		}
		columns.push([column, cells]);
	}
	return columns;
}

/* Events of these paths by column and bucket: {column * BUCKETS + bucket: events} */
function courseOf(paths) {
	const events = new Map(), known = paths.filter((i) => own.course.cells[i]);

	for (const [column, cells] of known.flatMap((i) => decode(own.course.cells[i])))
		for (const [bucket, n] of cells) {
			const key = column * BUCKETS + bucket;

			events.set(key, (events.get(key) || 0) + n);
		}
	return events;
}

/* Steps of a time axis in ms, so that there are at most `most` of them. */
function timeStep(span, most) {
	const steps = [
		1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1.5e4, 3e4, 6e4, 12e4, 3e5,
		6e5, 9e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5
	];

	return steps.find((step) => span / step <= most) || span;
}

/* "09:14:08", and without a wall clock the seconds since the run began. */
const beganMs = total && total.start_utc ? Date.parse(total.start_utc.slice(0, 23) + "Z") : 0;

function moment(ms, digits = 0) {
	if (!beganMs)
		return "+" + (ms / 1000).toFixed(digits) + " s";
	return new Date(beganMs + ms).toISOString().slice(11, digits ? 21 : 19);
}

class Heat {
	constructor(section) {
		this.section = section;
		section.querySelector("h2").append(this.about = el("small"));
		if (!own.course) {
			section.append(
				el("p", {class: "note"}, "this run's intervals were not kept"));
			return;
		}
		const byName = (a, b) => total.paths[b].kind.localeCompare(total.paths[a].kind) ||
			pathName(a).localeCompare(pathName(b));
		const option = (i) => el("option", {value: i}, pathName(i));

		this.choices =
			[...total.paths.keys()].filter((i) => own.course.cells[i]).sort(byName);
		this.select = el("select", {"aria-label": "Path"}, el("option", {value: ""}, ""),
			this.choices.map(option));
		this.select.addEventListener("change", () => this.showPath(this.select.value));
		this.legend = el("span");
		this.svg = draw("svg", {tabindex: 0, role: "img"});
		this.svg.addEventListener("mousemove", (event) => this.point(event));
		this.svg.addEventListener("mouseleave", () => this.leave());
		this.svg.addEventListener("blur", () => this.leave());
		this.svg.addEventListener("keydown", (event) => this.key(event));
		section.append(
			el("div", {class: "controls"}, el("label", null, "Path ", this.select),
				el("span", null, "or click a frame above"), this.legend),
			el("div", {class: "plot"}, this.svg));
	}

	showPath(i) {
		if (i !== "")
			this.show([Number(i)], pathName(i));
	}

	/* A frame's paths, or one of the list. */
	show(paths, name) {
		if (!own.course)
			return;
		const mechs = new Set(paths.map((i) => total.paths[i].mechanism));
		const listed = paths.length === 1 && this.choices.includes(paths[0]);

		this.mech = mechs.size === 1 ? [...mechs][0] : null;
		this.title = name;
		this.paths = paths;
		this.cells = courseOf(paths);
		this.columns = own.course.edges_ms.length - 1;
		this.perColumn = new Float64Array(this.columns);
		for (const [key, events] of this.cells)
			this.perColumn[Math.floor(key / BUCKETS)] += events;
		this.select.value = listed ? paths[0] : "";
		this.at = null;
		this.draw();
	}

	measure() {
		const buckets = [...this.cells.keys()].map((key) => key % BUCKETS);
		const edges = own.course.edges_ms;

		this.low = Math.max(0, Math.min(...buckets) - 1);
		this.high = Math.max(...buckets) + 1;
		this.rowHeight = Math.min(14, Math.max(4, 260 / (this.high - this.low + 1)));
		this.width = this.svg.parentNode.clientWidth || 1200;
		this.plotHeight = this.rowHeight * (this.high - this.low + 1);
		this.begin = edges[0];
		this.span = Math.max(1, edges[this.columns] - edges[0]);
		this.most = Math.max(...this.cells.values());
	}

	x(ms) {
		return HEAT_LEFT + (ms - this.begin) / this.span * (this.width - HEAT_LEFT - 10);
	}

	/* Of a row's upper edge. */
	y(bucket) {
		return HEAT_TOP + (this.high - bucket) * this.rowHeight;
	}

	color() {
		return this.mech === null ? "var(--note)"
					  : shade(this.mech, this.mech === "guest" ? 3e6 : 6e5);
	}

	fill(level) {
		return {fill: this.color(), opacity: (.14 + .86 * level / LEVELS).toFixed(3)};
	}

	level(events) {
		return Math.ceil(LEVELS * Math.log(1 + events) / Math.log(1 + this.most));
	}

	draw() {
		if (!own.course || !this.cells)
			return;
		this.about.replaceChildren(this.title);
		this.svg.replaceChildren();
		this.legend.replaceChildren();
		if (!this.cells.size) {
			this.svg.setAttribute("height", 40);
			this.svg.setAttribute("viewBox", "0 0 1200 40");
			this.svg.append(draw("text", {x: 4, y: 24}, "no event in any interval"));
			return;
		}
		this.measure();
		const total = HEAT_TOP + this.plotHeight + 40;

		this.svg.setAttribute("viewBox", `0 0 ${this.width} ${total}`);
		this.svg.setAttribute("height", total);
		this.svg.setAttribute("aria-label",
			`Latency over time: ${this.title}. Arrow keys read it cell by cell.`);
		this.svg.append(this.axes(), this.rates(), ...this.levels());
		this.cursor = draw("rect", {class: "cursor", visibility: "hidden"});
		this.svg.append(this.cursor, ...this.slowest());
		this.drawLegend();
	}

	axes() {
		const g = draw("g", {class: "axis"}), right = this.width - 10;
		const bottom = HEAT_TOP + this.plotHeight;
		const text = (x, y, anchor, said) =>
			draw("text", {x, y, "text-anchor": anchor}, said);
		const title = beganMs ? "time, UTC" : "time since the start";

		for (const [y, said] of this.latencies())
			g.append(draw("line", {x1: HEAT_LEFT, x2: right, y1: y, y2: y}),
				text(HEAT_LEFT - 8, y + 4, "end", said));
		for (const [x, said] of this.times()) {
			g.append(draw("line", {x1: x, x2: x, y1: bottom, y2: bottom + 5}));
			if (x < right - 24)
				g.append(text(
					Math.max(x, HEAT_LEFT + 20), bottom + 18, "middle", said));
		}
		g.append(draw("line", {x1: HEAT_LEFT, x2: right, y1: bottom, y2: bottom}),
			text(right, bottom + 34, "end", title));
		return g;
	}

	/* Ticks of both axes: [place, text] */
	latencies() {
		const scale = own.course.buckets, room = this.plotHeight / 16;
		const ticks = latencyTicks(this.low * scale, (this.high + 1) * scale - 1, room);

		return ticks.map((tick) => [this.y(tick.at / scale - 1), tick.text]);
	}

	times() {
		const step = timeStep(this.span, (this.width - HEAT_LEFT) / 90), ticks = [];
		const wall = beganMs, end = this.begin + this.span;

		for (let ms = Math.ceil((wall + this.begin) / step) * step - wall; ms <= end;
			ms += step)
			ticks.push([this.x(ms), moment(ms, step < 1000 ? 1 : 0)]);
		return ticks;
	}

	/* Above it how many there were in each interval. */
	rates() {
		const g = draw("g"), edges = own.course.edges_ms;
		const rate = [...this.perColumn].map(
			(events, i) => events * 1000 / Math.max(1, edges[i + 1] - edges[i]));
		const most = Math.max(...rate);
		const place = {x: HEAT_LEFT - 8, "text-anchor": "end"};

		rate.forEach((value, i) => {
			const x = this.x(edges[i]), tall = 28 * value / most;
			const wide = Math.max(.5, this.x(edges[i + 1]) - x - .4);
			const bar = {
				x: x.toFixed(2),
				y: (36 - tall).toFixed(1),
				width: wide.toFixed(2)
			};

			g.append(draw("rect", {class: "rate", ...bar, height: tall.toFixed(1)}));
		});
		g.append(draw("g", {class: "axis"},
			draw("text", {...place, y: 16}, most < 10 ? ratio(most) : count(most)),
			draw("text", {...place, y: 30}, "a second")));
		return g;
	}

	/* One path of many rectangles for each level: a few elements, however long the run. */
	levels() {
		const parts = Array.from({length: LEVELS + 1}, () => []),
		      edges = own.course.edges_ms;
		const tall = (this.rowHeight > 6 ? this.rowHeight - .4 : this.rowHeight).toFixed(2);

		for (const [key, events] of this.cells) {
			const column = Math.floor(key / BUCKETS), x = this.x(edges[column]);
			const room = this.x(edges[column + 1]) - x;
			const wide = Math.max(.6, room > 4 ? room - .5 : room).toFixed(2);
			const from = x.toFixed(2), y = this.y(key % BUCKETS).toFixed(2);

			parts[this.level(events)].push(`M${from} ${y}h${wide}v${tall}H${from}z`);
		}
		const path = (list, level) => list.length
			? [draw("path", {class: "heat", d: list.join(""), ...this.fill(level)})]
			: [];

		return parts.flatMap(path);
	}

	/* The slowest requests that are among what is drawn, where they ended. */
	slowest() {
		const shown = total.slowest.filter((slow) => this.paths.includes(pathOf(slow)));

		return shown.map((slow) => {
			const end = this.x(startMs(slow) + slow.total_ns / 1e6);
			const cy = this.y(position(slow.total_ns) / own.course.buckets - 1);
			const cx = Math.min(end, this.width - 10);
			const ring = draw("circle", {class: "slow", r: 6, cx, cy});

			explain(ring, () => [`${slow.device} ${slow.op} ${ns(slow.total_ns)}`, [
				["made", moment(startMs(slow), 1)], ["by", issuer(slow)],
				...slow.legs.map(({leg, ns: time}) => [leg, ns(time)])
			]]);
			return ring;
		});
	}

	drawLegend() {
		const ramp = draw("svg", {class: "ramp", viewBox: "0 0 128 12", height: 12});

		for (let level = 1; level <= LEVELS; level++)
			ramp.append(draw("rect",
				{x: (level - 1) * 8, width: 8, height: 12, ...this.fill(level)}));
		this.legend.append("events a cell: 1 ", ramp, ` ${count(this.most)} (logarithmic)`,
			total.slowest.length ? "; rings: the slowest requests" : "");
	}

	point(event) {
		if (!this.cells || !this.cells.size)
			return;
		const box = this.svg.getBoundingClientRect(), edges = own.course.edges_ms;
		const share =
			(event.clientX - box.left - HEAT_LEFT) / (this.width - HEAT_LEFT - 10);
		const ms = this.begin + share * this.span;
		const column = edges.findLastIndex((edge) => ms >= edge);
		const row = Math.floor((event.clientY - box.top - HEAT_TOP) / this.rowHeight);
		const bucket = this.high - row;

		if (column < 0 || column >= this.columns || bucket < this.low || bucket > this.high)
			this.leave();
		else
			this.read(column, bucket, event.clientX, event.clientY);
	}

	read(column, bucket, x, y) {
		const [begin, end] = own.course.edges_ms.slice(column, column + 2);
		const [from, to] =
			[bucket, bucket + 1].map((i) => ns(lower(i * own.course.buckets)));
		const events = this.cells.get(column * BUCKETS + bucket) || 0;

		this.at = [column, bucket];
		fill(this.cursor, {
			x: this.x(begin),
			y: this.y(bucket),
			width: Math.max(1, this.x(end) - this.x(begin)),
			height: this.rowHeight,
			visibility: "visible"
		},
			[]);
		showTip(x, y, `${moment(begin, 1)} + ${((end - begin) / 1000).toFixed(1)} s`, [
			["latency", `${from} to ${to}`], ["events", count(events)],
			["in the interval", count(this.perColumn[column])]
		]);
	}

	leave() {
		hideTip();
		if (this.cursor)
			this.cursor.setAttribute("visibility", "hidden");
	}

	key(event) {
		const moves = {
			ArrowLeft: [-1, 0],
			ArrowRight: [1, 0],
			ArrowUp: [0, 1],
			ArrowDown: [0, -1]
		};
		const move = moves[event.key];

		if (!move || !this.cells || !this.cells.size)
			return;
		const [column, bucket] = this.at || [0, Math.round((this.low + this.high) / 2)];
		const to = [
			Math.min(this.columns - 1, Math.max(0, column + move[0])),
			Math.min(this.high, Math.max(this.low, bucket + move[1]))
		];
		const box = this.svg.getBoundingClientRect();

		this.read(...to, box.left + this.x(own.course.edges_ms[to[0] + 1]),
			box.top + this.y(to[1]));
		event.preventDefault();
	}
}
